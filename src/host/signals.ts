/**
 * What a service manager or an operator says by signals: TERM and INT stop the daemon, HUP has it read its configuration
 * again. HUP also comes when a terminal is closed; a daemon that was started from one by hand then lives on, as daemons do.
 * They are listened to from the first moment on: what is said while the daemon starts is done when it can be.
 */

export type StopSignal = "SIGTERM" | "SIGINT";

export interface Signals {
  /** The first TERM or INT that came; null: none has. People press Ctrl-C again, which says nothing new. */
  readonly stoppedBy: () => StopSignal | null;
  readonly whenStopped: Promise<StopSignal>;
  /** Calls `reload` at each HUP from now on, and at once if one has come before. */
  readonly onReload: (reload: () => void) => void;
  /** Gives the signals their default meaning back. */
  readonly forget: () => void;
}

export function listenToSignals(): Signals {
  let stoppedBy: StopSignal | null = null;
  let isReloadWanted = false;
  let reload = (): void => {
    isReloadWanted = true;
  };
  let settle: (signal: StopSignal) => void = () => undefined;
  const whenStopped = new Promise<StopSignal>((resolve) => {
    settle = resolve;
  });
  const onStop = (signal: StopSignal): void => {
    stoppedBy ??= signal;
    settle(signal);
  };
  const onHangUp = (): void => reload();
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  process.on("SIGHUP", onHangUp);
  return {
    stoppedBy: () => stoppedBy,
    whenStopped,
    onReload: (wanted) => {
      reload = wanted;
      if (isReloadWanted) wanted();
    },
    forget: () => {
      process.off("SIGTERM", onStop);
      process.off("SIGINT", onStop);
      process.off("SIGHUP", onHangUp);
    },
  };
}
