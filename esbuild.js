// Bundles the extension (dist/extension.js), its engine, which runs in a worker thread of its own
// (dist/engine.js), and the threads that hash for it (dist/hashingThread.js). `--watch` rebuilds on
// change; `--production` minifies and leaves out the maps.
const { mkdirSync, writeFileSync } = require('node:fs');
const { build, context } = require('esbuild');

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

/** @type {import('esbuild').BuildOptions} */
const options = {
  entryPoints: {
    extension: 'src/extension.ts',
    engine: 'src/engine/serve/worker.ts',
    hashingThread: 'src/engine/checksums/hashingThread.ts',
  },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // The Node of the oldest VS Code that the extension runs in.
  target: 'node22',
  external: ['vscode'],
  // With it, the agents for proxies would write whole requests into the log, with what authorizes them.
  define: { 'process.env.DEBUG': 'undefined' },
  // Modules instead of CommonJS where packages have both, so that unused parts fall away.
  mainFields: ['module', 'main'],
  minify: production,
  sourcemap: !production,
  metafile: true,
  logLevel: 'warning',
  plugins: [announce()],
};

/** Tells editors' problem matchers when a build begins and ends, and keeps what went into it. */
function announce() {
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
        if (metafile) {
          mkdirSync('dist', { recursive: true });
          writeFileSync('dist/metafile.json', JSON.stringify(metafile));
        }
        if (watch) console.log('[watch] build finished');
      });
    },
  };
}

async function main() {
  if (watch) await (await context(options)).watch();
  else await build(options);
}

main().catch(() => {
  process.exitCode = 1;
});
