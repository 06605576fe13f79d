/** What is made of the tables and shipped beside the programs: manual pages and completion. The build writes these files. */
import { commands } from "../commands.ts";
import { failoverctl, failoverd } from "../programs.ts";
import { bashCompletion } from "./completion.ts";
import { markdownPage } from "./markdown-page.ts";
import { pages, programPage } from "./program-page.ts";

export interface Document {
  /** From the root of the drop-in folder. */
  readonly path: string;
  readonly text: string;
}

/** `reference`: conf/README.md, which becomes the page about the configuration. `version`: the program's. */
export function documents(reference: string, version: string): readonly Document[] {
  const configuration = {
    name: "failoverd.conf",
    section: 5,
    names: ["checks.conf", "actions.conf"],
    summary: "what failoverd looks at, and what it then does",
    seeAlso: pages.filter(([name]) => name !== "failoverd.conf"),
  };
  return [
    { path: "conf/man/failoverd.8", text: programPage(failoverd, [], version) },
    { path: "conf/man/failoverctl.8", text: programPage(failoverctl, commands, version) },
    { path: "conf/man/failoverd.conf.5", text: markdownPage(reference, configuration, version) },
    { path: "conf/completion/failoverctl.bash", text: bashCompletion({ failoverctl, failoverd }, commands) },
  ];
}
