// What scripts/test.ts is told of a run of tests: every failure with its place, its message and what caused it, and honest counts.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TestFact } from '../../../scripts/testReporter.ts';

const REPORTER = resolve(import.meta.dirname, '../../../scripts/testReporter.ts');

const FAILING = `import { test } from 'node:test';
test('passes', (t) => t.diagnostic('takes 5 ms'));
test('waits in vain', () => {
  throw new Error('It did not come to be', { cause: new Error('\\x1b[2mTimeout 8000 ms\\x1b[22m') });
});
test('is left out', { skip: true }, () => undefined);
test('says too much', () => {
  throw new Error('a'.repeat(5000) + ' the end');
});
test('has parts', (t) => t.test('the part', () => { throw new Error('of it'); }));
`;

async function factsOf(t: TestContext, files: Record<string, string>): Promise<TestFact[]> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-reporter-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  // A test within a test would report to this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--test', `--test-reporter=${REPORTER}`, ...Object.keys(files)];
  const output = await new Promise<string>((settle) =>
    execFile(process.execPath, args, { cwd: dir, env }, (_error, stdout) => settle(stdout)),
  );
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TestFact);
}

test('failures have place, message and cause, without colours and within a length; what was left out is one', async (t) => {
  const facts = await factsOf(t, { 'failing.test.mjs': FAILING });
  assert.deepEqual(facts.at(-1), { kind: 'counts', passed: 1, failed: 5 });
  assert.deepEqual(facts[0], { kind: 'note', text: 'takes 5 ms' });
  const failures = facts.filter((fact) => fact.kind === 'failure');
  assert.deepEqual(
    failures.map(({ name, place }) => [name, place]),
    [
      ['waits in vain', 'failing.test.mjs:3'],
      ['is left out', 'failing.test.mjs:6'],
      ['says too much', 'failing.test.mjs:7'],
      ['the part', 'failing.test.mjs:10'],
    ],
  );
  assert.equal(failures[0].reason, 'It did not come to be\n  because: Timeout 8000 ms');
  assert.ok(failures[2].reason.length < 600 && failures[2].reason.endsWith('the end'));
});

test('a file that ends by itself says why', async (t) => {
  const [failure, counts] = await factsOf(t, { 'broken.test.mjs': "throw new Error('at once');\n" });
  assert.equal(failure.kind, 'failure');
  assert.match((failure as { reason: string }).reason, /Error: at once/);
  assert.deepEqual(counts, { kind: 'counts', passed: 0, failed: 1 });
});
