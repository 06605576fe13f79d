/**
 * What a service manager or an operator says by signals: TERM and INT stop the daemon, HUP has it read its configuration
 * again. HUP also comes when a terminal is closed; a daemon that was started from one by hand then lives on, as daemons do.
 */

export interface SignalHandlers {
  /** May come more than once: people press Ctrl-C again. */
  readonly onStop: (signal: "SIGTERM" | "SIGINT") => void;
  readonly onReload: () => void;
}

/** The answer gives the signals their default meaning back. */
export function listenToSignals(handlers: SignalHandlers): () => void {
  const onStop = (signal: "SIGTERM" | "SIGINT"): void => handlers.onStop(signal);
  const onReload = (): void => handlers.onReload();
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  process.on("SIGHUP", onReload);
  return () => {
    process.off("SIGTERM", onStop);
    process.off("SIGINT", onStop);
    process.off("SIGHUP", onReload);
  };
}
