/** The grammar of a statement of checks.conf. A file is any number of them, each on a line of its own. */
import { CommandGrammar, between } from "./command-grammar.ts";
import * as tokens from "./tokens.ts";
import type { Command, Defaults, Header, Option } from "./tree.ts";

export class ChecksGrammar extends CommandGrammar {
  constructor() {
    super(tokens.commandTokens);
    this.performSelfAnalysis();
  }

  readonly checksStatement = this.RULE("checksStatement", (): Header | Command | Defaults =>
    this.OR<Header | Command | Defaults>({
      DEF: [
        { ALT: (): Header => this.SUBRULE(this.header) },
        { ALT: (): Defaults => this.SUBRULE(this.defaults) },
        { ALT: (): Command => this.SUBRULE(this.command) },
      ],
      ERR_MSG: "line",
    }),
  );

  protected readonly header = this.RULE("header", (): Header => {
    const open = this.CONSUME(tokens.OpenBracket);
    const name = this.SUBRULE(this.word);
    const close = this.CONSUME(tokens.CloseBracket);
    return { kind: "place", name, span: between(open, close) };
  });

  protected override readonly optionRule = this.RULE("optionRule", (): Option => this.SUBRULE(this.setting));
}
