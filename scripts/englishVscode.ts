/** What the texts of failures need of VS Code, where there is none. */
export const l10n = {
  t: (message: string, ...values: readonly unknown[]): string =>
    message.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const [first] = values;
      const byName = typeof first === 'object' ? (first as Record<string, unknown>) : {};
      return String(byName[name] ?? values[Number(name)]);
    }),
};

export const env = { remoteName: undefined, language: 'en' };
