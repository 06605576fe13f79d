/** Sentences name their rule, because they stand in the journal too; where its name stands beside them it is left out. */
export function withoutRule(sentence: string, rule: string): string {
  for (const start of [`${rule} held: `, `${rule} is blocked: `, `${rule}, `]) {
    if (sentence.startsWith(start)) return sentence.slice(start.length);
  }
  return sentence;
}
