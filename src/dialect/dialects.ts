/**
 * The dialects in one table: what each makes of a check that ended, and of a line of a check that stays. Everything here
 * is a pure function of its arguments; none throws, whatever was printed, and none takes more than linear time.
 */
import type { Dialect } from "../core/configuration.ts";
import type { Outcome, Result } from "../core/result.ts";
import { readOcf } from "./ocf.ts";
import { readPlugin } from "./plugin.ts";
import type { CheckOutput } from "./printed.ts";
import { readReport } from "./report.ts";
import type { Reading } from "./report.ts";
import { readPluginLine, readReportLine } from "./resident.ts";

export interface CheckTraits {
  readonly dialect: Dialect;
  /** For `ocf` only: whether exit 0 is a slave (the agent can be promoted) or just ok. */
  readonly isPromotable: boolean;
}

interface DialectReader {
  readonly readEnd: (outcome: Outcome, output: CheckOutput, traits: CheckTraits) => readonly Reading[];
  readonly readLine: (line: string) => readonly Reading[];
}

const dialects: Readonly<Record<Dialect, DialectReader>> = {
  plugin: {
    readEnd: (outcome, output) => own(readPlugin(outcome, output)),
    readLine: (line) => own(readPluginLine(line)),
  },
  ocf: {
    readEnd: (outcome, output, { isPromotable }) => own(readOcf(outcome, output, { isPromotable })),
    /** Agents do not stay; one that does prints nothing that could be a status, and so is unknown. */
    readLine: (line) => own(readPluginLine(line)),
  },
  report: {
    readEnd: readReport,
    readLine: readReportLine,
  },
};

/** A check that ended -> one result or more, never none. */
export function readCheck(traits: CheckTraits, outcome: Outcome, output: CheckOutput): readonly Reading[] {
  return dialects[traits.dialect].readEnd(outcome, output, traits);
}

/** A line of a resident check -> one result or more, never none. */
export function readResidentLine(dialect: Dialect, line: string): readonly Reading[] {
  return dialects[dialect].readLine(line);
}

function own(result: Result): readonly Reading[] {
  return [{ host: null, check: null, result }];
}
