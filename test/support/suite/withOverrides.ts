/** Returns the object with some members replaced; works for classes, whose methods a spread loses. */
export function withOverrides<T extends object>(original: T, overrides: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      const source = name in overrides ? overrides : target;
      const member: unknown = Reflect.get(source, name, source);
      return typeof member === 'function' ? (member.bind(source) as unknown) : member;
    },
  });
}
