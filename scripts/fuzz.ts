import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { installOnce } from '../dev/installOnce';
import { npm } from '../dev/npm';
import { repositoryRoot } from '../dev/repositoryRoot';
import { firstInputs } from '../test/fuzz/firstInputs';

/**
 * Lets Jazzer.js call each target of `test/fuzz/targets.ts`, or those that are named, for a minute or
 * for `--seconds`. It prefers inputs that lead to code which no other one has led to. What breaks a
 * target is kept in `test-results/fuzz`, and is given to it again by naming the file.
 */
async function main(args: readonly string[]): Promise<void> {
  const [seconds = '60'] = args.flatMap(each => /^--seconds=(\d+)$/.exec(each)?.[1] ?? []);
  const named = args.filter(each => each in firstInputs);
  const options = ['--no-save', '--no-audit', '--no-fund'];
  const fuzzer = await installOnce(`jazzer-${version}`, target =>
    npm(['install', '--prefix', target, ...options, `@jazzer.js/core@${version}`]),
  );
  const fault = loadFault(fuzzer);
  if (fault !== undefined) {
    console.log(`skipped: Jazzer.js ${version} does not run here: ${fault}`);
    return;
  }
  await mkdir(findings, { recursive: true });
  const broken: string[] = [];
  for (const [name, inputs] of Object.entries(firstInputs)) {
    if (named.length > 0 && !named.includes(name)) continue;
    console.log(`\n== ${name} ==`);
    if (!(await fuzz({ fuzzer, name, inputs, seconds }))) broken.push(name);
  }
  if (broken.length > 0) throw new Error(`Look into ${findings} for what broke ${broken.join()}.`);
}

const version = '4.0.0';
const findings = join(repositoryRoot, 'test-results', 'fuzz');
const targets = join(repositoryRoot, 'out', 'test', 'fuzz', 'targets.js');

async function fuzz({
  fuzzer,
  name,
  inputs,
  seconds,
}: {
  readonly fuzzer: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly seconds: string;
}): Promise<boolean> {
  const place = await mkdtemp(join(tmpdir(), `s3-backup-fuzz-${name}-`));
  const corpus = join(place, 'corpus');
  try {
    await mkdir(corpus);
    for (const [index, input] of inputs.entries())
      await writeFile(join(corpus, String(index)), input);
    const { status } = spawnSync(
      process.execPath,
      [
        ...[join(fuzzer, 'node_modules', '@jazzer.js', 'core', 'dist', 'cli.js'), targets],
        ...['--sync', '-f', name, '-i', join('out', 'src'), corpus, '--'],
        ...[`-max_total_time=${seconds}`, '-max_len=4096', '-print_final_stats=1'],
        `-artifact_prefix=${join(findings, `${name}-`)}`,
      ],
      // The targets make folders of their own, which Jazzer.js, ending the process, leaves behind.
      {
        cwd: repositoryRoot,
        stdio: 'inherit',
        env: { ...process.env, TMPDIR: place, TEMP: place },
      },
    );
    return status === 0;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Its addon is built for newer systems than some that Node runs on (glibc 2.38, of 2023). */
function loadFault(fuzzer: string): string | undefined {
  const addon = join(fuzzer, 'node_modules', '@jazzer.js', 'fuzzer');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['-e', 'require(process.argv[1])', addon],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? undefined : (/^Error: (.+)$/m.exec(stderr)?.[1] ?? stderr);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
