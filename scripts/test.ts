// The one test command. `node scripts/test.ts` builds, packages and runs every suite; `node scripts/test.ts unit pages` runs some;
// `node scripts/test.ts data` runs what reads ../shared/data, `node scripts/test.ts sanitized` the kernels' tests over kernels built under
// clang's sanitizers. Ends with `N passed, N failed`. Nothing is skipped silently:
// a suite without files, and a test that was skipped or cancelled, count as failed.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SANITIZED_KERNELS } from './sanitizedKernels.ts';
import type { TestFact } from './testReporter.ts';

const REPORTER = resolve(import.meta.dirname, 'testReporter.ts');

interface Suite {
  name: string;
  /** Needs dist/ as it ships, and the VSIX made from it. */
  needsPackage: boolean;
  /** Files that run at once. */
  concurrency: number;
  /** Test files; those in the folder of the suite's name unless said. */
  files?: readonly string[];
  except?: readonly string[];
  /** What must be run before, and the environment of the tests. */
  before?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

const SUITES: readonly Suite[] = [
  { name: 'unit', needsPackage: false, concurrency: 2 },
  { name: 'arch', needsPackage: true, concurrency: 2 },
  { name: 'integration', needsPackage: true, concurrency: 1 },
  { name: 'pages', needsPackage: true, concurrency: 1 },
  { name: 'e2e', needsPackage: true, concurrency: 1 },
];
const DATA: Suite = { name: 'data', needsPackage: true, concurrency: 1 };
/** Of the kernels' tests, those of how kernels are found, chosen and shared by threads: they open the files that ship. */
const NOT_SANITIZED = ['openMachine', 'threads', 'useEngine'];
const SANITIZED: Suite = {
  name: 'sanitized',
  needsPackage: false,
  concurrency: 2,
  files: ['test/unit/kernels/*.test.ts', 'test/sanitizer/*.test.ts'],
  except: NOT_SANITIZED.map((name) => `test/unit/kernels/${name}.test.ts`),
  before: ['scripts/kernels.ts', '--sanitize'],
  env: { GATESCOPE_SANITIZED_KERNELS: SANITIZED_KERNELS },
};
const KNOWN = [...SUITES, DATA, SANITIZED];

interface Count {
  passed: number;
  failed: number;
  /** A block each: suite and test, place, reason. */
  failures: string[];
}

const failedOnly = (failure: string): Count => ({ passed: 0, failed: 1, failures: [failure] });

/** Runs a program and passes on what it prints; its standard output and exit code. */
function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  return new Promise((settle, fail) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.on('error', fail);
    child.on('close', (code) => settle({ code, output }));
  });
}

async function runSuite(suite: Suite): Promise<Count> {
  const { name, concurrency, files: patterns = [`test/${suite.name}/**/*.test.ts`], except = [], before, env } = suite;
  const found = patterns.map((pattern) => globSync(pattern, { exclude: except }));
  if (found.some((files) => files.length === 0)) return failedOnly(`${name}: no test files`);
  const files = found.flat();
  const startedAt = performance.now();
  const { code: codeBefore } = before ? await run(process.execPath, before) : { code: 0 };
  if (codeBefore !== 0) return failedOnly(`${name}: cannot be run, because ${before?.join(' ')} failed`);
  const args = ['--test', `--test-concurrency=${concurrency}`, `--test-reporter=${REPORTER}`, ...files.sort()];
  const { code, output } = await run(process.execPath, args, env);
  const facts = output.split('\n').filter((line) => line.startsWith('{'));
  const count = countOf(
    name,
    facts.map((line) => JSON.parse(line) as TestFact),
  );
  // A runner that ended without its counts, or that is not content, has failed whatever it says.
  const failed = Math.max(count.failed, code === 0 && count.passed > 0 ? 0 : 1);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${name}: ${count.passed} passed, ${failed} failed in ${seconds} s (${files.length} files)`);
  for (const note of count.notes) console.log(`  ${note}`);
  const failures = failed > 0 && count.failures.length === 0 ? [`${name}\n${output.slice(-600)}`] : count.failures;
  return { passed: count.passed, failed, failures };
}

function countOf(suite: string, facts: readonly TestFact[]): Count & { notes: string[] } {
  const count = { passed: 0, failed: 0, failures: [] as string[], notes: [] as string[] };
  for (const fact of facts) {
    if (fact.kind === 'note') count.notes.push(fact.text);
    else if (fact.kind === 'counts') Object.assign(count, { passed: fact.passed, failed: fact.failed });
    else count.failures.push(`${suite}: ${fact.name}\n${fact.place}\n${fact.reason}`);
  }
  return count;
}

async function buildAndPackage(): Promise<Count | undefined> {
  await mkdir('out', { recursive: true });
  const { code, output } = await run('vsce', [
    'package',
    '--no-dependencies',
    '--no-rewrite-relative-links',
    '-o',
    'out/gatescope.vsix',
  ]);
  if (code === 0) return undefined;
  return failedOnly(`build\n${output.slice(-3000)}`);
}

async function main(names: readonly string[]): Promise<Count> {
  const unknown = names.filter((name) => !KNOWN.some((suite) => suite.name === name));
  if (unknown.length > 0) return failedOnly(`no such suite: ${unknown.join(', ')}`);
  const suites = names.length === 0 ? SUITES : KNOWN.filter(({ name }) => names.includes(name));
  const counts: Count[] = [];
  if (suites.some(({ needsPackage }) => needsPackage)) {
    const failure = await buildAndPackage();
    if (failure) return failure;
  }
  for (const suite of suites) counts.push(await runSuite(suite));
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    failures: counts.flatMap(({ failures }) => failures),
  };
}

const { passed, failed, failures } = await main(process.argv.slice(2));
// .ci/run collects these blocks: a line that begins with FAILED, and what is indented below it.
for (const failure of failures) console.log(`FAILED ${failure.trim().replaceAll('\n', '\n  ')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
