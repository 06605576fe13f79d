/** What each method of the socket does. Parameters are right in themselves here; whether they make sense is answered now. */
import { invariant, unreachable } from "../base/invariant.ts";
import { parseReportValue } from "../dialect/report.ts";
import { historyLimitDefault, type Call, type MethodName, type Results } from "../wire/methods.ts";
import type { WireError } from "../wire/error.ts";
import { shownEntry } from "../core/shown-entry.ts";
import type { Complaint } from "../core/complaint.ts";
import type { HistoryReader } from "./history-reader.ts";
import { expired, type Answer, type Asking, type Supervisor } from "./supervisor.ts";

export type Answered =
  { readonly ok: true; readonly result: Results[MethodName] } | { readonly ok: false; readonly error: WireError };

export interface Answering {
  readonly supervisor: Supervisor;
  readonly statusText: () => string;
  readonly history: HistoryReader;
  /** Reads the configuration anew and puts it in force, unless it has errors. */
  readonly reload: () => Promise<Reloaded>;
}

export type Reloaded =
  | { readonly isAccepted: true; readonly generation: number; readonly complaints: readonly Complaint[] }
  | { readonly isAccepted: false; readonly sentence: string; readonly complaints: readonly Complaint[] };

/**
 * The status as JSON, made at most once in a turn of the event loop, however many ask: it is the same for all, and to make it
 * anew for each would leave no time for anything else.
 */
export function statusTextOf(supervisor: Supervisor): () => string {
  let text: string | null = null;
  return () => {
    if (text !== null) return text;
    text = JSON.stringify(supervisor.status());
    setImmediate(() => {
      text = null;
    });
    return text;
  };
}

/** Who asks. */
export interface Asker {
  /** The connection is still there. */
  readonly isThere: () => boolean;
  /** Null: it waits as long as it takes. */
  readonly expiresAtBootMs: number | null;
}

/** Every method but `subscribe`, which is the connection's own, and `status`, which is `statusText`. */
export async function answer(
  call: Exclude<Call, { readonly method: "subscribe" | "status" }>,
  with_: Answering,
  { isThere, expiresAtBootMs }: Asker,
): Promise<Answered> {
  const { supervisor } = with_;
  if (supervisor.isOver(expiresAtBootMs)) return refuse(expired);
  const ask = async (
    event: Asking,
    resultOf: (answer: Answer) => Results[MethodName] = ({ sentence }) => ({ sentence }),
  ): Promise<Answered> => {
    const answered = await supervisor.ask(event, expiresAtBootMs);
    return answered.isAccepted ? { ok: true, result: resultOf(answered) } : refuse(answered);
  };
  switch (call.method) {
    case "history": {
      const { limit = historyLimitDefault, ...query } = call.params;
      const page = await with_.history.page({ ...query, limit }, isThere);
      if (page !== null) return { ok: true, result: { ...page, entries: page.entries.map(shownEntry) } };
      return { ok: false, error: { name: "refused", message: "the connection was closed before this was read" } };
    }
    case "report":
      return report(call.params, ask);
    case "reload": {
      const reloaded = await with_.reload();
      if (!reloaded.isAccepted) {
        const { sentence, complaints } = reloaded;
        return { ok: false, error: { name: "refused", message: sentence, data: { complaints } } };
      }
      const { generation, complaints } = reloaded;
      return { ok: true, result: { sentence: `configuration ${generation} is in force`, generation, complaints } };
    }
    case "ack":
      return ask({ kind: "acknowledge", what: call.params.what });
    case "resume":
    case "abandon":
      return ask({ kind: call.method, run: call.params.run });
    case "maintenance": {
      const { on, scope, forMs, reason = "" } = call.params;
      if (!on) return ask({ kind: "maintenance-off", scope });
      const untilWallMs = forMs === undefined ? null : supervisor.wallMs() + forMs;
      return ask({ kind: "maintenance-on", scope, forMs: forMs ?? null, untilWallMs, reason });
    }
    case "explain": {
      const explanation = supervisor.explain(call.params.rule);
      if (explanation !== null) return { ok: true, result: explanation };
      return { ok: false, error: { name: "not-found", message: `there is no rule ${call.params.rule}` } };
    }
    case "run": {
      const { rule, isDryRun } = call.params;
      const rehearsal = supervisor.rehearse(rule);
      if (rehearsal.kind === "refused") return { ok: false, error: { name: "refused", message: rehearsal.sentence } };
      if (isDryRun)
        return { ok: true, result: { sentence: `${rule} would start these, in order`, commands: rehearsal.commands } };
      return ask({ kind: "run-rule", rule }, ({ sentence }) => ({ sentence, commands: null }));
    }
    case "fence":
      return ask({ kind: "fence-host", ...call.params }, ({ sentence, run }) => {
        invariant(run !== null, "a fence that was accepted is a run");
        return { sentence, run };
      });
  }
  return unreachable(call);
}

async function report(
  params: Extract<Call, { readonly method: "report" }>["params"],
  ask: (event: Asking) => Promise<Answered>,
): Promise<Answered> {
  const { check, host, ...rest } = params;
  const read = parseReportValue(rest);
  if (read.kind === "complaint") return { ok: false, error: { name: "invalid-params", message: read.complaint } };
  const [reading] = read.results;
  if (reading === undefined) return { ok: false, error: { name: "invalid-params", message: "the report is empty" } };
  return ask({ kind: "reported", check, host: host ?? null, result: reading.result });
}

function refuse({ isExpired, sentence }: Answer): Answered {
  return { ok: false, error: { name: isExpired ? "expired" : "refused", message: sentence } };
}
