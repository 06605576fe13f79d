/**
 * The grammar of conditions: `or` binds weaker than `and`, `and` weaker than `not`, and all of them weaker than a list of
 * statuses (`is critical or down`) and than `for`, which is about the one predicate or parenthesis before it.
 *
 * An `or` belongs to the list of statuses if one word stands behind it that is not itself a subject, that is, with no `is`,
 * `are`, `was`, `of` or `on` behind it: `a is critical or down or b is down` is two predicates, with two statuses and one.
 */
import { CommandGrammar, between, joinSpans, lastSpan } from "./command-grammar.ts";
import * as tokens from "./tokens.ts";
import type { ConditionTree, PopulationTree, Span, SubjectTree, Word } from "./tree.ts";
import type { Comparison } from "../core/condition.ts";

const behindSubject = new Set([tokens.Is, tokens.Are, tokens.Was, tokens.Of, tokens.On]);

export abstract class ConditionGrammar extends CommandGrammar {
  protected readonly condition = this.RULE("condition", (): ConditionTree => {
    const parts = [this.SUBRULE(this.conjunction)];
    this.MANY(() => {
      this.CONSUME(tokens.Or);
      parts.push(this.SUBRULE2(this.conjunction));
    });
    return joinParts("or", parts);
  });

  protected readonly conjunction = this.RULE("conjunction", (): ConditionTree => {
    const parts = [this.SUBRULE(this.negation)];
    this.MANY(() => {
      this.CONSUME(tokens.And);
      parts.push(this.SUBRULE2(this.negation));
    });
    return joinParts("and", parts);
  });

  protected readonly negation = this.RULE("negation", (): ConditionTree => {
    const nots: Span[] = [];
    this.MANY(() => nots.push(tokens.spanOf(this.CONSUME(tokens.Not))));
    let condition = this.SUBRULE(this.timed);
    for (const not of nots.toReversed()) {
      condition = { kind: "not", part: condition, span: joinSpans(not, condition?.span) };
    }
    return condition;
  });

  protected readonly timed = this.RULE("timed", (): ConditionTree => {
    const part = this.SUBRULE(this.primary);
    const duration = this.OPTION(() => {
      this.CONSUME(tokens.For);
      return this.SUBRULE(this.duration);
    });
    if (duration === undefined) return part;
    return { kind: "for", part, duration, isGrouped: false, span: joinSpans(part.span, duration.span) };
  });

  protected readonly primary = this.RULE("primary", (): ConditionTree =>
    this.OR<ConditionTree>({
      DEF: [
        { ALT: (): ConditionTree => this.SUBRULE(this.group) },
        { ALT: (): ConditionTree => this.SUBRULE(this.quantified) },
        { ALT: (): ConditionTree => this.SUBRULE(this.count) },
        { ALT: (): ConditionTree => this.SUBRULE(this.predicate) },
      ],
      ERR_MSG: "primary",
    }),
  );

  protected readonly group = this.RULE("group", (): ConditionTree => {
    this.CONSUME(tokens.OpenParenthesis);
    const condition = this.SUBRULE(this.condition);
    this.CONSUME(tokens.CloseParenthesis);
    return condition?.kind === "for" ? { ...condition, isGrouped: true } : condition;
  });

  protected readonly quantified = this.RULE("quantified", (): ConditionTree => {
    const quantifier = this.OR([{ ALT: () => this.CONSUME(tokens.All) }, { ALT: () => this.CONSUME(tokens.Any) }]);
    const over = this.SUBRULE(this.population);
    this.SUBRULE(this.be);
    const not = this.OPTION(() => this.CONSUME(tokens.Not));
    const statuses = this.SUBRULE(this.statuses);
    return {
      kind: "quantified",
      quantifier: quantifier?.tokenType === tokens.Any ? "any" : "all",
      over,
      isNegated: not !== undefined,
      statuses,
      span: joinSpans(tokens.spanOf(quantifier), lastSpan(statuses)),
    };
  });

  protected readonly count = this.RULE("count", (): ConditionTree => {
    const first = this.CONSUME(tokens.Count);
    this.CONSUME(tokens.Of);
    const over = this.SUBRULE(this.population);
    this.SUBRULE(this.be);
    const statuses = this.SUBRULE(this.statuses);
    const comparison = this.SUBRULE(this.comparison);
    const count = this.SUBRULE(this.number);
    return { kind: "count", over, statuses, comparison, count, span: joinSpans(tokens.spanOf(first), count.span) };
  });

  protected readonly population = this.RULE("population", (): PopulationTree =>
    this.OR<PopulationTree>({
      DEF: [
        { ALT: (): PopulationTree => hosts(this.CONSUME(tokens.Hosts)) },
        { ALT: (): PopulationTree => hosts(this.CONSUME(tokens.Host)) },
        {
          ALT: (): PopulationTree => {
            const { name, span } = this.SUBRULE(this.checks);
            const on = this.OPTION(() => this.SUBRULE(this.place));
            return { kind: "checks", name, on: on ?? null, span: joinSpans(span, on?.span) };
          },
        },
      ],
      ERR_MSG: "population",
    }),
  );

  protected readonly checks = this.RULE("checks", (): NamedChecks =>
    this.OR<NamedChecks>([
      { ALT: (): NamedChecks => ({ name: null, span: tokens.spanOf(this.CONSUME(tokens.Checks)) }) },
      { ALT: (): NamedChecks => ({ name: null, span: tokens.spanOf(this.CONSUME(tokens.Check)) }) },
      {
        ALT: (): NamedChecks => {
          const name = this.SUBRULE(this.word);
          return { name, span: name.span };
        },
      },
    ]),
  );

  protected readonly place = this.RULE("place", (): Word => {
    this.CONSUME(tokens.On);
    return this.SUBRULE(this.host);
  });

  protected readonly predicate = this.RULE("predicate", (): ConditionTree => {
    const name = this.SUBRULE(this.word);
    return this.OR<ConditionTree>({
      DEF: [
        { ALT: (): ConditionTree => this.SUBRULE(this.measure, { ARGS: [name] }) },
        { ALT: (): ConditionTree => this.SUBRULE(this.statement, { ARGS: [name] }) },
      ],
      ERR_MSG: "predicate",
    });
  });

  /** Behind a metric's name. */
  protected readonly measure = this.RULE("measure", (metric: Word): ConditionTree => {
    this.CONSUME(tokens.Of);
    const subject = this.SUBRULE(this.subject);
    return this.OR<ConditionTree>({
      DEF: [
        {
          ALT: (): ConditionTree => {
            const comparison = this.SUBRULE(this.comparison);
            const quantity = this.SUBRULE(this.quantity);
            const span = joinSpans(metric?.span, quantity.span);
            return { kind: "metric", metric, subject, comparison, quantity, span };
          },
        },
        {
          ALT: (): ConditionTree => {
            this.CONSUME(tokens.Is);
            this.CONSUME(tokens.In);
            this.CONSUME(tokens.Its);
            const range = this.SUBRULE(this.rangeName);
            const last = this.CONSUME(tokens.Range);
            return { kind: "range", metric, subject, range, span: joinSpans(metric?.span, tokens.spanOf(last)) };
          },
        },
      ],
      ERR_MSG: "measure",
    });
  });

  /** Behind a subject's name. */
  protected readonly statement = this.RULE("statement", (name: Word): ConditionTree => {
    const on = this.OPTION1(() => this.SUBRULE(this.place)) ?? null;
    const subject: SubjectTree = { name, on, span: joinSpans(name?.span, on?.span) };
    return this.OR<ConditionTree>({
      DEF: [
        {
          ALT: (): ConditionTree => {
            this.SUBRULE(this.be);
            const isNegated = this.OPTION2(() => this.CONSUME(tokens.Not)) !== undefined;
            const statuses = this.SUBRULE(this.statuses);
            return { kind: "is", subject, isNegated, statuses, span: joinSpans(subject.span, lastSpan(statuses)) };
          },
        },
        {
          ALT: (): ConditionTree => {
            this.CONSUME(tokens.Was);
            const statuses = this.SUBRULE2(this.statuses);
            return { kind: "was", subject, statuses, span: joinSpans(subject.span, lastSpan(statuses)) };
          },
        },
      ],
      ERR_MSG: "predicate",
    });
  });

  protected readonly subject = this.RULE("subject", (): SubjectTree => {
    const name = this.SUBRULE(this.word);
    const on = this.OPTION(() => this.SUBRULE(this.place)) ?? null;
    return { name, on, span: joinSpans(name?.span, on?.span) };
  });

  protected readonly be = this.RULE("be", () => {
    this.OR({
      DEF: [{ ALT: () => this.CONSUME(tokens.Is) }, { ALT: () => this.CONSUME(tokens.Are) }],
      ERR_MSG: "be",
    });
  });

  protected readonly statuses = this.RULE("statuses", (): readonly Word[] => {
    const statuses = [this.SUBRULE(this.status)];
    this.MANY({
      GATE: () => this.LA(2).tokenType === tokens.Word && !behindSubject.has(this.LA(3).tokenType),
      DEF: () => {
        this.CONSUME(tokens.Or);
        statuses.push(this.SUBRULE2(this.status));
      },
    });
    return statuses;
  });

  // One word each; rules of their own so that a complaint can say what was expected.
  protected readonly status = this.RULE("status", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));
  protected readonly host = this.RULE("host", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));
  protected readonly duration = this.RULE("duration", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));
  protected readonly quantity = this.RULE("quantity", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));
  protected readonly number = this.RULE("number", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));
  protected readonly rangeName = this.RULE("rangeName", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));

  protected readonly comparison = this.RULE("comparison", (): Comparison =>
    comparisonOf(this.CONSUME(tokens.Compare).image),
  );
}

interface NamedChecks {
  /** null: checks of every name. */
  readonly name: Word | null;
  readonly span: Span;
}

function joinParts(kind: "or" | "and", parts: readonly ConditionTree[]): ConditionTree {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return { kind, parts, span: joinSpans(first?.span, parts.at(-1)?.span) };
}

function hosts(token: Parameters<typeof between>[0]): PopulationTree {
  return { kind: "hosts", span: tokens.spanOf(token) };
}

const comparisons: readonly Comparison[] = ["<", "<=", ">", ">=", "=", "!="];

/** The lexer makes no others; while chevrotain records the grammar the text means nothing. */
function comparisonOf(image: string): Comparison {
  return comparisons.find((comparison) => comparison === image) ?? "=";
}
