/** The grammar of a statement of actions.conf. A file is any number of them, each on a line of its own. */
import { ConditionGrammar } from "./condition-grammar.ts";
import { between, joinSpans } from "./command-grammar.ts";
import * as tokens from "./tokens.ts";
import type { Assignment, Clause, Command, Defaults, Header, Line, Option, Word } from "./tree.ts";
import type { IToken } from "chevrotain";

export class ActionsGrammar extends ConditionGrammar {
  constructor() {
    super(tokens.actionsTokens);
    this.performSelfAnalysis();
  }

  readonly actionsStatement = this.RULE("actionsStatement", (): Header | Line =>
    this.OR<Header | Line>({
      DEF: [
        { ALT: (): Header => this.SUBRULE(this.header) },
        { ALT: (): Clause => this.SUBRULE(this.clause) },
        { ALT: (): Defaults => this.SUBRULE(this.defaults) },
        { ALT: (): Assignment => this.SUBRULE(this.assignment) },
        { ALT: (): Command => this.SUBRULE(this.command) },
      ],
      ERR_MSG: "line",
    }),
  );

  protected readonly header = this.RULE("header", (): Header => {
    const open = this.CONSUME(tokens.OpenBracket);
    const header = this.OR<(close: IToken) => Header>({
      DEF: [
        { ALT: () => this.SUBRULE(this.transition, { ARGS: [open] }) },
        {
          ALT: (): ((close: IToken) => Header) => {
            this.CONSUME(tokens.Rule);
            const name = this.SUBRULE(this.ruleName);
            return (close) => ({ kind: "rule", name, span: between(open, close) });
          },
        },
        {
          ALT: (): ((close: IToken) => Header) => {
            this.CONSUME(tokens.Fence);
            const host = this.SUBRULE(this.host);
            return (close) => ({ kind: "fence", host, span: between(open, close) });
          },
        },
        { ALT: () => plainHeader("vars", open, this.CONSUME(tokens.Vars)) },
        { ALT: () => plainHeader("notify", open, this.CONSUME(tokens.Notify)) },
        { ALT: () => plainHeader("split_brain", open, this.CONSUME(tokens.SplitBrain)) },
        { ALT: () => plainHeader("on_failure", open, this.CONSUME(tokens.OnFailure)) },
      ],
      ERR_MSG: "header",
    });
    const close = this.CONSUME(tokens.CloseBracket);
    return this.ACTION(() => header(close));
  });

  protected readonly transition = this.RULE("transition", (open: IToken): ((close: IToken) => Header) => {
    const name = tokens.wordOf(this.CONSUME(tokens.Transition));
    const subject = this.OPTION(() => {
      this.CONSUME(tokens.Of);
      return this.SUBRULE(this.subject);
    });
    const [of, on] = [subject?.name ?? null, subject?.on ?? null];
    return (close) => ({ kind: "transition", name, of, on, span: between(open, close) });
  });

  protected readonly ruleName = this.RULE("ruleName", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));

  protected readonly clause = this.RULE("clause", (): Clause => {
    const first = this.OR([{ ALT: () => this.CONSUME(tokens.When) }, { ALT: () => this.CONSUME(tokens.If) }]);
    const condition = this.SUBRULE(this.condition);
    const kind = first?.tokenType === tokens.When ? "when" : "if";
    return { kind, condition, span: joinSpans(tokens.spanOf(first), condition?.span) };
  });

  protected readonly assignment = this.RULE("assignment", (): Assignment => {
    const name = this.SUBRULE(this.word);
    this.CONSUME(tokens.Equals);
    const value = this.SUBRULE(this.value);
    return { kind: "assignment", name, value, span: joinSpans(name?.span, value?.span) };
  });

  protected readonly value = this.RULE("value", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));

  protected override readonly optionRule = this.RULE("optionRule", (): Option =>
    this.OR<Option>({
      DEF: [{ ALT: (): Option => this.SUBRULE(this.expectation) }, { ALT: (): Option => this.SUBRULE(this.setting) }],
      ERR_MSG: "optionRule",
    }),
  );

  protected readonly expectation = this.RULE("expectation", (): Option => {
    const first = this.CONSUME(tokens.Expect);
    const condition = this.SUBRULE(this.condition);
    this.CONSUME(tokens.Within);
    const within = this.SUBRULE(this.duration);
    return { kind: "expect", condition, within, span: joinSpans(tokens.spanOf(first), within?.span) };
  });
}

function plainHeader(
  kind: "vars" | "notify" | "split_brain" | "on_failure",
  open: IToken,
  _keyword: IToken,
): (close: IToken) => Header {
  return (close) => ({ kind, span: between(open, close) });
}
