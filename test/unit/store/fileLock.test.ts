// The lock of small files: no change is lost, and whoever is killed with it in hand keeps nobody out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { withFileLock } from '../../../extension/store/fileLock.ts';

const MODULE = pathToFileURL(join(import.meta.dirname, '../../../extension/store/fileLock.ts')).href;

async function makeFile(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-lock-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'run.json');
  await writeFile(path, '0');
  return path;
}

const increment = (path: string): Promise<void> =>
  withFileLock(path, async () => writeFile(path, String(Number(await readFile(path, 'utf8')) + 1)));

test('twenty changes at once are twenty changes, and nothing is left beside the file', async (t) => {
  const path = await makeFile(t);
  await Promise.all(Array.from({ length: 20 }, () => increment(path)));
  assert.equal(await readFile(path, 'utf8'), '20');
  assert.deepEqual(await readdir(join(path, '..')), ['run.json']);
});

test('of many who find a lock that nobody holds any more, one at a time gets it', async (t) => {
  const path = await makeFile(t);
  const gone = spawn(process.execPath, ['-e', '0']);
  await once(gone, 'exit');
  for (let round = 1; round <= 20; round++) {
    await writeFile(`${path}.lock`, String(gone.pid));
    await Promise.all(Array.from({ length: 20 }, () => increment(path)));
    assert.equal(await readFile(path, 'utf8'), String(20 * round));
  }
  assert.deepEqual(await readdir(join(path, '..')), ['run.json']);
});

test('who holds a lock for long keeps it, and who lost it does not remove the lock of another', async (t) => {
  const path = await makeFile(t);
  let isInside = false;
  const long = withFileLock(path, async () => {
    isInside = true;
    // Longer than a lock may lie there without a sign of life.
    await delay(11_500);
    isInside = false;
  });
  while (!isInside) await delay(5);
  await withFileLock(path, async () => assert.equal(isInside, false));
  await long;
  await withFileLock(path, async () => {
    await rm(`${path}.lock`);
    await writeFile(`${path}.other`, String(process.pid));
    await rename(`${path}.other`, `${path}.lock`);
  });
  assert.equal(await readFile(`${path}.lock`, 'utf8'), String(process.pid));
});

test('what throws gives the lock back', async (t) => {
  const path = await makeFile(t);
  await assert.rejects(
    withFileLock(path, () => Promise.reject(new Error('no'))),
    /no/,
  );
  await increment(path);
});

test('the lock of a process that was killed is taken over, whenever that was', async (t) => {
  const path = await makeFile(t);
  const script = `const { withFileLock } = await import(${JSON.stringify(MODULE)});
    console.log('it begins');
    for (;;) await withFileLock(${JSON.stringify(path)}, async () => undefined);`;
  let left = 0;
  for (let kill = 0; kill < 10; kill++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const owner = await readFile(`${path}.lock`, 'utf8').catch(() => undefined);
    if (owner !== undefined) left++;
    assert.ok(owner === undefined || owner.startsWith(`${child.pid} `), `the lock names "${owner}"`);
    await increment(path);
  }
  assert.equal(await readFile(path, 'utf8'), '10');
  t.diagnostic(`${left} of 10 were killed with the lock in hand`);
});
