/** Syntax trees at random: every tree that the grammars can build, and none that they cannot. */
import * as fc from "fast-check";
import type {
  Command,
  ConditionTree,
  Defaults,
  FileTree,
  Line,
  Option,
  PopulationTree,
  Segment,
  Span,
  SubjectTree,
  Word,
} from "../../src/language/tree.ts";

const span: Span = { start: 0, end: 0 };

/** Words that are awkward on purpose: keywords, quotes, percent signs, blanks, what looks like another token. */
const awkward = [
  "is",
  "or",
  "for",
  "when",
  "IF",
  "expect",
  "hosts",
  "all",
  "within",
  "a b",
  "it's",
  '"',
  "''",
  "%",
  "10%",
  "%%A%",
  "#",
  "a#b",
  "{",
  "},",
  "[x]",
  "\\",
  "=",
  "!=",
  "(",
  "a,b",
  "日本",
  "-w",
  "--x=y",
  ";",
  "a;",
  "2s",
  "ä",
  "a_to_b",
  "local",
] as const;
const text = fc.oneof(
  fc.constantFrom(...awkward),
  fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}$/),
  fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 6 }),
);
const variable = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/);

export const word: fc.Arbitrary<Word> = fc
  .array(fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: variable.map((name) => ({ name })) }), {
    maxLength: 3,
  })
  .map((parts) => {
    const segments: Segment[] = [];
    for (const part of parts) {
      const last = segments.at(-1);
      if (typeof part !== "string") segments.push({ kind: "variable", name: part.name });
      else if (last?.kind === "text") segments[segments.length - 1] = { kind: "text", text: last.text + part };
      else segments.push({ kind: "text", text: part });
    }
    return { segments, span };
  });

const nullable = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(arbitrary, { nil: null });
const words = fc.array(word, { minLength: 1, maxLength: 3 });
const subject: fc.Arbitrary<SubjectTree> = fc.record({ name: word, on: nullable(word), span: fc.constant(span) });
const population: fc.Arbitrary<PopulationTree> = fc.oneof(
  fc.constant({ kind: "hosts", span } as const),
  fc.record({
    kind: fc.constant("checks" as const),
    name: nullable(word),
    on: nullable(word),
    span: fc.constant(span),
  }),
);
const comparison = fc.constantFrom("<", "<=", ">", ">=", "=", "!=");

const predicate: fc.Arbitrary<ConditionTree> = fc.oneof(
  fc.record({
    kind: fc.constant("is" as const),
    subject,
    isNegated: fc.boolean(),
    statuses: words,
    span: fc.constant(span),
  }),
  fc.record({ kind: fc.constant("was" as const), subject, statuses: words, span: fc.constant(span) }),
  fc.record({
    kind: fc.constant("metric" as const),
    metric: word,
    subject,
    comparison,
    quantity: word,
    span: fc.constant(span),
  }),
  fc.record({ kind: fc.constant("range" as const), metric: word, subject, range: word, span: fc.constant(span) }),
  fc.record({
    kind: fc.constant("quantified" as const),
    quantifier: fc.constantFrom("all", "any"),
    over: population,
    isNegated: fc.boolean(),
    statuses: words,
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("count" as const),
    over: population,
    statuses: words,
    comparison,
    count: word,
    span: fc.constant(span),
  }),
);

export const condition: fc.Arbitrary<ConditionTree> = fc.letrec<{ condition: ConditionTree }>((tie) => {
  const parts = fc.array(tie("condition"), { minLength: 2, maxLength: 3 });
  const timed = fc.record({
    kind: fc.constant("for" as const),
    part: tie("condition"),
    duration: word,
    isGrouped: fc.boolean(),
    span: fc.constant(span),
  });
  return {
    condition: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      predicate,
      fc.record({ kind: fc.constantFrom("or", "and"), parts, span: fc.constant(span) }),
      fc.record({ kind: fc.constant("not" as const), part: tie("condition"), span: fc.constant(span) }),
      timed.map(groupInner),
    ),
  };
}).condition;

/** A `for` stands behind a predicate or a parenthesis, so one inside of another is in parentheses. */
function groupInner(tree: Extract<ConditionTree, { kind: "for" }>): ConditionTree {
  return tree.part.kind === "for" ? { ...tree, part: { ...tree.part, isGrouped: true } } : tree;
}

const setting: fc.Arbitrary<Option> = fc.record({
  kind: fc.constant("plain" as const),
  name: word,
  values: fc.array(word, { maxLength: 3 }),
  span: fc.constant(span),
});
const expectation: fc.Arbitrary<Option> = fc.record({
  kind: fc.constant("expect" as const),
  condition,
  within: word,
  span: fc.constant(span),
});

function linesWith(option: fc.Arbitrary<Option>): fc.Arbitrary<Command | Defaults> {
  const isBroken = fc.constant(false);
  return fc.oneof(
    fc.record({
      kind: fc.constant("command" as const),
      words,
      options: fc.array(option, { maxLength: 3 }),
      span: fc.constant(span),
      isBroken,
    }),
    fc.record({
      kind: fc.constant("defaults" as const),
      options: fc.array(option, { minLength: 1, maxLength: 3 }),
      span: fc.constant(span),
      isBroken,
    }),
  );
}

export const checksTree: fc.Arbitrary<FileTree> = fc.record({
  sections: fc.array(
    fc.record({
      header: fc.record({ kind: fc.constant("place" as const), name: word, span: fc.constant(span) }),
      lines: fc.array(linesWith(setting), { maxLength: 4 }),
    }),
    { maxLength: 3 },
  ),
});

const status = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const transition = fc
  .tuple(status, status)
  .map(([from, to]): Word => ({ segments: [{ kind: "text", text: `${from}_to_${to}` }], span }));
const clause: fc.Arbitrary<Line> = fc.record({
  kind: fc.constantFrom("when", "if"),
  condition,
  span: fc.constant(span),
});

export const actionsTree: fc.Arbitrary<FileTree> = fc.record({
  sections: fc.array(
    fc.oneof(
      fc.record({
        header: fc.oneof(
          fc
            .record({
              kind: fc.constant("transition" as const),
              name: transition,
              of: nullable(word),
              on: nullable(word),
              span: fc.constant(span),
            })
            .map((header) => (header.of === null ? { ...header, on: null } : header)),
          fc.record({ kind: fc.constant("rule" as const), name: word, span: fc.constant(span) }),
          fc.record({ kind: fc.constant("fence" as const), host: word, span: fc.constant(span) }),
          fc.record({ kind: fc.constantFrom("notify", "split_brain", "on_failure"), span: fc.constant(span) }),
        ),
        lines: fc.array(fc.oneof(linesWith(fc.oneof(setting, expectation)), clause), { maxLength: 4 }),
      }),
      fc.record({
        header: fc.constant({ kind: "vars", span } as const),
        lines: fc.array(
          fc.record({ kind: fc.constant("assignment" as const), name: word, value: word, span: fc.constant(span) }),
          { maxLength: 3 },
        ),
      }),
    ),
    { maxLength: 3 },
  ),
});
