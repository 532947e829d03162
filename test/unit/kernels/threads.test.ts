// Threads: every piece of a job is done once; a helper that dies is an error within two seconds; closing leaves no thread.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Arena } from '../../../extension/engine/kernels/arena.ts';
import type { Job } from '../../../extension/engine/kernels/job.ts';
import { CONTROL } from '../../../extension/engine/kernels/layout.ts';
import type { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import { startHelperThreads } from '../../../extension/node/kernels/helperThreads.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { CARRIERS_HERE, FILES, openTestMachine } from './support.ts';

test('every piece of a job is done once, whatever the threads do in between', async () => {
  const { machine, workers } = await openTestMachine(CARRIERS_HERE[0], 4);
  const { arena } = machine;
  const [counts, ones] = [arena.float32(64).fill(0), arena.float32(64).fill(1)];
  const expected = new Float32Array(64);
  const endAt = performance.now() + 4000;
  let jobs = 0;
  for (; performance.now() < endAt || jobs < 5000; jobs++) {
    // A longer job after a shorter one: a thread that is late must not take a piece of it for one of its own.
    const pieces = jobs % 2 === 0 ? 2 : 64;
    const job = machine.job();
    const call = job.call([counts, ones]);
    for (let piece = 0; piece < pieces; piece++) {
      job.piece('add', call, piece, piece + 1);
      expected[piece]++;
    }
    machine.run(job);
    if (jobs % 64 === 0) assert.deepEqual(counts, expected, `after ${jobs} jobs`);
  }
  assert.deepEqual(counts, expected);
  await machine.close();
  assert.ok(workers.every(({ threadId }) => threadId === -1));
});

const isDead = (error: unknown): boolean => UserError.is(error, 'engine.threadDied');
/** Within this, a dead thread must be noticed. */
const NOTICED_MS = 2000;
const ROUNDS_OF_SECONDS = 1.5e9;

/** Every piece is `rounds` of multiply-adds in registers. */
function busyJob(machine: KernelMachine, pieces: number, rounds: number): Job {
  const job = machine.job();
  for (let piece = 0; piece < pieces; piece++) {
    job.piece('peak', job.call([machine.arena.float32(16), rounds]), 0, 1);
  }
  return job;
}

/** Threads of this process. */
const threadCount = (): number => readdirSync('/proc/self/task').length;

for (const carrier of CARRIERS_HERE) {
  test(`${carrier.name}: a helper that is ended within a piece is an error within 2 s, and so is every job after it`, async () => {
    const { machine, workers } = await openTestMachine(carrier, 2);
    const control = new Int32Array(machine.arena.memory.buffer);
    const claimed = (): number => Atomics.load(control, CONTROL.state / 4) & 0xfff;
    let endedAt = 0;
    machine.carrier.run = () => {
      // This thread's piece: wait until the helper has the other one, give it time to be within the kernel, and end it there.
      while (claimed() < 2);
      Atomics.wait(control, CONTROL.count / 4, 2, 50);
      void workers[0].terminate();
      endedAt = performance.now();
    };
    assert.throws(() => machine.run(busyJob(machine, 2, ROUNDS_OF_SECONDS)), isDead);
    assert.ok(endedAt > 0);
    const noticed = performance.now() - endedAt;
    assert.ok(noticed < NOTICED_MS, `noticed after ${noticed} ms`);
    assert.throws(() => machine.run(busyJob(machine, 1, 1)), isDead);
    await machine.close();
    assert.ok(workers.every(({ threadId }) => threadId === -1));
  });

  test(`${carrier.name}: a helper that ended between jobs leaves its work to the others`, async () => {
    const { machine, workers } = await openTestMachine(carrier, 3);
    await workers[0].terminate();
    const startedAt = performance.now();
    const [sums, ones] = [machine.arena.float32(8).fill(0), machine.arena.float32(8).fill(1)];
    const job = machine.job();
    const call = job.call([sums, ones]);
    for (let piece = 0; piece < 8; piece++) job.piece('add', call, piece, piece + 1);
    machine.run(job);
    assert.deepEqual(sums, ones);
    assert.ok(performance.now() - startedAt < NOTICED_MS);
    await machine.close();
    assert.ok(workers.every(({ threadId }) => threadId === -1));
  });
}

test('a helper that is being ended while a job starts: all work is done, or an error within 2 s', async () => {
  for (let round = 0; round < 5; round++) {
    const { machine, workers } = await openTestMachine(CARRIERS_HERE[0], 2);
    machine.run(busyJob(machine, 2, 1000));
    const [sums, ones] = [machine.arena.float32(512).fill(0), machine.arena.float32(512).fill(1)];
    const job = machine.job();
    const call = job.call([sums, ones]);
    for (let piece = 0; piece < 512; piece++) job.piece('add', call, piece, piece + 1);
    void workers[0].terminate();
    const startedAt = performance.now();
    try {
      machine.run(job);
      assert.deepEqual(sums, ones);
    } catch (error) {
      if (!isDead(error)) throw error;
    }
    assert.ok(performance.now() - startedAt < NOTICED_MS);
    await machine.close();
  }
});

test('work that takes long is not taken for a dead thread', async () => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0], 2);
  const job = machine.job();
  const call = job.call([machine.arena.float32(16), 1]);
  // As a product with a vocabulary of 200,000 columns: no piece may take seconds by itself.
  job.split('peak', call, 4096, { work: 512 * 200_000, grain: 24 });
  assert.ok(job.count >= 128 && job.count <= 256, `${job.count} pieces`);
  await machine.close();
});

test('a process that is stopped for seconds and goes on has no dead thread', async () => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0], 2);
  const control = new Int32Array(machine.arena.memory.buffer);
  machine.carrier.run = () => {
    // Stopped while the helper is within the other piece and this thread waits for it.
    while ((Atomics.load(control, CONTROL.state / 4) & 0xfff) < 2);
    const { pid } = process;
    spawn('sh', ['-c', `sleep 0.1; kill -STOP ${pid}; sleep 2.5; kill -CONT ${pid}`], {
      stdio: 'ignore',
      detached: true,
    }).unref();
  };
  const startedAt = performance.now();
  machine.run(busyJob(machine, 2, ROUNDS_OF_SECONDS / 5));
  assert.ok(performance.now() - startedAt > 2400, 'it was not stopped');
  await machine.close();
});

test('a helper whose program fails while it serves ends neither the process nor the closing', async () => {
  // A message and an error come by different ways: without a pause the error may be there first.
  const fails =
    "import('node:worker_threads').then(({ parentPort }) => { parentPort.postMessage('ready'); setTimeout(() => { throw new Error('trap'); }, 200); })";
  const file = new URL(`data:text/javascript,${encodeURIComponent(fails)}`);
  const helpers = await startHelperThreads(file, CARRIERS_HERE[0].source, new Arena(1024), 2);
  await helpers.close();
  assert.ok(helpers.workers.every(({ threadId }) => threadId === -1));
});

test('closing leaves no thread, and a thread that cannot start leaves none behind', async () => {
  const before = threadCount();
  const { machine, workers } = await openTestMachine(CARRIERS_HERE[0], 4);
  assert.ok(threadCount() >= before + 3);
  machine.run(busyJob(machine, 12, 1000));
  await machine.close();
  assert.ok(workers.length === 3 && workers.every(({ threadId }) => threadId === -1));
  assert.equal(threadCount(), before);
  const { source } = CARRIERS_HERE[0];
  const missing = { ...source, path: `${source.path}.missing` };
  await assert.rejects(startHelperThreads(FILES.thread, missing, new Arena(1024), 3), /missing/);
  assert.equal(threadCount(), before);
});

test('a process waits until its helper threads serve or have ended, but not while they serve', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gatescope-threads-'));
  t.after(() => rm(folder, { recursive: true }));
  const run = async (ending: string): Promise<string> => {
    const file = join(folder, 'program.ts');
    const opening = `import { CARRIERS_HERE, openTestMachine } from ${JSON.stringify(import.meta.resolve('./support.ts'))};
      const { machine } = await openTestMachine(CARRIERS_HERE[0], 3);`;
    await writeFile(file, `${opening} console.log('open'); ${ending}`);
    return (await promisify(execFile)(process.execPath, [file])).stdout;
  };
  assert.equal(await run(''), 'open\n');
  assert.equal(await run(`await machine.close(); console.log('closed');`), 'open\nclosed\n');
});
