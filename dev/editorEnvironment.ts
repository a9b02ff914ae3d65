/**
 * The environment for a VS Code under test: ours without what would make it, or the extension in
 * it, behave as on the developer's own desk.
 */
export function editorEnvironment(
  home: string,
  extra: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !personal.test(name));
  return {
    ...Object.fromEntries(kept),
    // Credentials and settings of the AWS tools are looked for in the home folder.
    HOME: home,
    USERPROFILE: home,
    // A dead address: the gallery is never asked for updates.
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: 'http://127.0.0.1:9' }),
    ...extra,
  };
}

/** Of a VS Code that we may have been started from, npm scripts, debuggers and coverage; AWS. */
const personal = /^(VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$|NODE_V8_COVERAGE$|AWS_|XDG_\w+_HOME$)/;
