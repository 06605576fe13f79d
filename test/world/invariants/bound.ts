/** 6: Variables do not change within a run: what is started is what was bound when it began, whatever happened since. */
import type { InvariantKind } from "../scene.ts";

export const bound: InvariantKind = {
  number: 6,
  title: "variables do not change within a run",
  watch: (scene) => (happening) => {
    if (happening.kind !== "step-started") return null;
    const { key, argv, stdin } = happening;
    const { run } = scene.ledger;
    if (run === null || run.isExcused || run.start === null || run.run !== key.run) return null;
    const isUndo = key.name.startsWith("undo-");
    const action = run.start.actions[Number(/\d+/.exec(key.name)?.[0]) - 1];
    if (action === undefined) return `step ${key.name} of run ${run.run} was not bound`;
    if (action.kind === "fence" && !isUndo) {
      const isItsHost = stdin?.includes(`plug=${action.host}\n`) === true;
      return isItsHost ? null : `run ${run.run} fences by ${JSON.stringify(stdin)}, and was to fence ${action.host}`;
    }
    const command = action.kind === "command" && !isUndo ? action.command : action.options.undo;
    const words = command === null ? [] : [command.program, ...command.words.slice(1)];
    if (words.join(" ") === argv.join(" ")) return null;
    return `run ${run.run} starts ${argv.join(" ")}, and was bound to ${words.join(" ")}`;
  },
};
