import { testVariables } from '../suite/testEnvironment';

/**
 * Those of VS Code's own extensions that the tests meet: with them alone, a window starts in two thirds
 * of the time. The oldest VS Code runs with all that it has, as everybody's does.
 */
export function builtinsUnderTest(): readonly string[] | undefined {
  return process.env[testVariables.vscode] === 'oldest' ? undefined : met;
}

const met = [
  'ini',
  'ipynb',
  'json',
  'markdown-basics',
  'media-preview',
  'notebook-renderers',
  'theme-defaults',
  'theme-seti',
];
