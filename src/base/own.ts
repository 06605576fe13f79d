/**
 * What was put into a plain object under a name that somebody else chose. Every object has members of its own beside that:
 * a rule may be called `constructor`, a host `toString`, a variable `__proto__`.
 *
 * Such a map is made by `Object.fromEntries` or by a literal with a computed key, which both put `__proto__` in as any other
 * name; an assignment would not.
 */
export function ownOf<T>(map: Readonly<{ [name: string]: T }>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
