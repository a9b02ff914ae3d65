/** Called from a `before` hook: skips all tests of the suite, and their names say why. */
export function skipSuite(hook: Mocha.Context, reason: string): never {
  hook.test?.parent?.eachTest(test => {
    test.title += ` (${reason})`;
  });
  return hook.skip();
}
