// Bundles the extension (dist/extension.js), its engine, which runs in a worker thread of its own
// (dist/engine.js), the threads that hash for it (dist/hashingThread.js), and the page of the overview
// (dist/overview.js and .css). `--watch` rebuilds on change; `--production` minifies and leaves out the
// maps.
const { mkdirSync, writeFileSync } = require('node:fs');
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

/** @type {readonly import('esbuild').BuildOptions[]} */
const builds = [
  {
    ...common,
    entryPoints: {
      extension: 'src/extension.ts',
      engine: 'src/engine/serve/worker.ts',
      hashingThread: 'src/engine/checksums/hashingThread.ts',
    },
    platform: 'node',
    format: 'cjs',
    // The Node of the oldest VS Code that the extension runs in.
    target: 'node22',
    external: ['vscode'],
    // With it, the agents for proxies would write whole requests into the log, with what authorizes them.
    define: { 'process.env.DEBUG': 'undefined' },
    // Modules instead of CommonJS where packages have both, so that unused parts fall away.
    mainFields: ['module', 'main'],
    plugins: [announce('node')],
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
