/**
 * What hosts, checks and rules may be called. Their names become arguments of commands and parts of file names, and some come
 * from outside, in a report; so what reads or takes one holds it to this.
 */

export const nameCharactersMax = 253;

/** No `/`, no blank, nothing that a terminal or a shell would take for something else. 253 is the longest host name (RFC 1035). */
export const namePattern = /^[A-Za-z0-9._:-]{1,253}$/;

export function isName(text: string): boolean {
  return namePattern.test(text);
}
