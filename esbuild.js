// Bundles the extension (dist/extension.js), its engine, which runs in a worker thread of its own
// (dist/engine.js), what the two talk with (dist/jsonrpc.js), the threads that hash for the engine
// (dist/hashingThread.js), and the page of the overview (dist/overview.js and .css). `--watch` rebuilds on change; `--production` minifies and leaves out the
// maps.
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { build, context } = require('esbuild');

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

/** What went into the bundles, of each build by its name. */
const metafiles = {};

/** @type {import('esbuild').BuildOptions} */
const common = {
  outdir: 'dist',
  bundle: true,
  minify: production,
  sourcemap: !production,
  metafile: true,
  logLevel: 'warning',
};

/** @type {import('esbuild').BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  // The Node of the oldest VS Code that the extension runs in.
  target: 'node22',
  // What is shared is required, where the source imports it later, too.
  supported: { 'dynamic-import': false },
};

/** @type {readonly import('esbuild').BuildOptions[]} */
const builds = [
  {
    ...node,
    entryPoints: {
      extension: 'src/extension.ts',
      engine: 'src/engine/serve/worker.ts',
      hashingThread: 'src/engine/checksums/hashingThread.ts',
    },
    external: ['vscode'],
    // Modules instead of CommonJS where packages have both, so that unused parts fall away.
    mainFields: ['module', 'main'],
    plugins: [announce('node'), shareJsonrpc(), leaveOut(), nameKeys(), nameVersion()],
  },
  {
    ...node,
    entryPoints: { jsonrpc: 'vscode-jsonrpc/node' },
    plugins: [announce('jsonrpc')],
  },
  {
    ...common,
    entryPoints: ['ts', 'css'].map(kind => ({
      in: `src/webview/overview.${kind}`,
      out: 'overview',
    })),
    platform: 'browser',
    format: 'iife',
    // The browser of the oldest VS Code that the extension runs in.
    target: 'chrome138',
    plugins: [announce('page')],
  },
];

/** Lets extension and engine load one copy of what they talk with. */
function shareJsonrpc() {
  return {
    name: 'shareJsonrpc',
    setup({ onResolve }) {
      onResolve({ filter: /^vscode-jsonrpc\/node$/ }, () => ({
        path: './jsonrpc.js',
        external: true,
      }));
    },
  };
}

/**
 * Packs nothing in place of what is never used: what the SDK reads browsers' names with, and the
 * tracing of the agents for proxies, which would write whole requests into the log, with what
 * authorizes them.
 */
function leaveOut() {
  const contents = { bowser: '', debug: 'module.exports = () => () => {}' };
  return {
    name: 'leaveOut',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(bowser|debug)$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
      onLoad({ filter: /^/, namespace: 'left-out' }, ({ path }) => ({ contents: contents[path] }));
    },
  };
}

/**
 * Writes the keys in the SDK's descriptions of requests as what they are, instead of as constants:
 * esbuild can't know that reading a constant for a key does nothing, and would keep the description
 * of each request that there is.
 */
function nameKeys() {
  return {
    name: 'nameKeys',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]schemas_0\.js$/ }, ({ path }) => {
        const code = readFileSync(path, 'utf8');
        const constants = new Map(
          Array.from(code.matchAll(/^const (\w+) = ("[^"\\]*");$/gm), ([, name, text]) => [
            name,
            text,
          ]),
        );
        const named = code.replace(/\[(\w+)\]:/g, (key, name) => `${constants.get(name) ?? key}:`);
        return { contents: named };
      });
    },
  };
}

/** The SDK's clients read their version from all that their manifests say. */
function nameVersion() {
  return {
    name: 'nameVersion',
    setup({ onLoad }) {
      onLoad({ filter: /node_modules[\\/].*package\.json$/ }, ({ path }) => {
        const { version } = JSON.parse(readFileSync(path, 'utf8'));
        return { contents: JSON.stringify({ version }), loader: 'json' };
      });
    },
  };
}

/** Tells editors' problem matchers when a build begins and ends, and keeps what went into it. */
function announce(name) {
  return {
    name: 'announce',
    setup({ onStart, onEnd }) {
      onStart(() => {
        if (watch) console.log('[watch] build started');
      });
      onEnd(({ errors, metafile }) => {
        for (const { text, location } of errors) {
          console.error(`✘ [ERROR] ${text}`);
          if (location) console.error(`    ${location.file}:${location.line}:${location.column}:`);
        }
        if (metafile) keepMetafile(name, metafile);
        if (watch) console.log('[watch] build finished');
      });
    },
  };
}

function keepMetafile(name, metafile) {
  metafiles[name] = metafile;
  const all = Object.values(metafiles);
  const inputs = Object.assign({}, ...all.map(each => each.inputs));
  const outputs = Object.assign({}, ...all.map(each => each.outputs));
  mkdirSync('dist', { recursive: true });
  writeFileSync('dist/metafile.json', JSON.stringify({ inputs, outputs }));
}

async function main() {
  if (watch) for (const each of builds) await (await context(each)).watch();
  else await Promise.all(builds.map(each => build(each)));
}

main().catch(() => {
  process.exitCode = 1;
});
