// Threads: every piece of a job is done once; a helper that dies, or the watcher of all, is an error within two seconds; closing leaves no thread.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { Arena } from '../../../extension/engine/kernels/arena.ts';
import type { Job } from '../../../extension/engine/kernels/job.ts';
import { CONTROL } from '../../../extension/engine/kernels/layout.ts';
import type { KernelMachine } from '../../../extension/engine/kernels/machine.ts';
import { startHelperThreads } from '../../../extension/node/kernels/helperThreads.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { eventually } from '../../support/eventually.ts';
import { CARRIERS_HERE, FILES, openTestMachine } from './support.ts';

test('every piece of a job is done once, whatever the threads do in between', async () => {
  const { machine } = await openTestMachine(CARRIERS_HERE[0], 4);
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
});

const isDead = (error: unknown): boolean => UserError.is(error, 'engine.threadDied');
/** Within this, a dead thread must be noticed. */
const NOTICED_MS = 2000;
/** Multiply-adds of a piece as long as they come: about half a second. A thread within native code ends when that does. */
const ROUNDS = 1.5e8;

/** Every piece is `rounds` of multiply-adds in registers. */
function busyJob(machine: KernelMachine, pieces: number, rounds: number): Job {
  const job = machine.job();
  for (let piece = 0; piece < pieces; piece++) {
    job.piece('peak', job.call([machine.arena.float32(16), rounds]), 0, 1);
  }
  return job;
}

/** Within this, an end within a piece of ROUNDS must be noticed: the piece goes on to its end first, however long that takes here and now. */
function noticeLimit(machine: KernelMachine): number {
  const startedAt = performance.now();
  machine.run(busyJob(machine, 1, ROUNDS));
  return NOTICED_MS + 2 * (performance.now() - startedAt);
}

/** Adds 1 to each of `sums` in a piece of its own. */
function addJob(machine: KernelMachine, sums: Float32Array): Job {
  const job = machine.job();
  const call = job.call([sums, machine.arena.float32(sums.length).fill(1)]);
  for (let piece = 0; piece < sums.length; piece++) job.piece('add', call, piece, piece + 1);
  return job;
}

/** Threads of this process. */
const threadCount = (): number => readdirSync('/proc/self/task').length;

/** Pieces of the current job that somebody has. */
const claimed = ({ arena }: KernelMachine): number =>
  Atomics.load(new Int32Array(arena.memory.buffer), CONTROL.state / 4) & 0xfff;

/** Who may end: a helper by itself, or the watcher and all helpers with it. */
const ENDS = [
  ['a helper', 0],
  ['the watcher', 'watcher'],
] as const;

for (const carrier of CARRIERS_HERE) {
  for (const [who, which] of ENDS) {
    test(`${carrier.name}: ${who} that is ended within a piece is an error within 2 s, and so is every job after it`, async () => {
      const { machine, end } = await openTestMachine(carrier, 2);
      const control = new Int32Array(machine.arena.memory.buffer);
      const limit = noticeLimit(machine);
      let endedAt = 0;
      machine.carrier.run = () => {
        // This thread's piece: wait until the helper has the other one, give it time to be within the kernel, and end it there.
        while (claimed(machine) < 2);
        Atomics.wait(control, CONTROL.count / 4, 2, 50);
        end(which);
        endedAt = performance.now();
      };
      assert.throws(() => machine.run(busyJob(machine, 2, ROUNDS)), isDead);
      assert.ok(endedAt > 0);
      const noticed = performance.now() - endedAt;
      assert.ok(noticed < limit, `noticed after ${noticed} ms`);
      assert.throws(() => machine.run(busyJob(machine, 1, 1)), isDead);
      await machine.close();
    });
  }

  test(`${carrier.name}: a helper that ended between jobs leaves its work to the others`, async () => {
    const { machine, end } = await openTestMachine(carrier, 3);
    const before = threadCount();
    end(0);
    await eventually('the helper ends', () => threadCount() < before);
    const startedAt = performance.now();
    const sums = machine.arena.float32(8).fill(0);
    machine.run(addJob(machine, sums));
    assert.ok(sums.every((value) => value === 1));
    assert.ok(performance.now() - startedAt < NOTICED_MS);
    await machine.close();
  });
}

test('a helper that is being ended while a job starts: all work is done, or an error within 2 s', async () => {
  for (let round = 0; round < 5; round++) {
    const { machine, end } = await openTestMachine(CARRIERS_HERE[0], 2);
    machine.run(busyJob(machine, 2, 1000));
    const sums = machine.arena.float32(512).fill(0);
    const job = addJob(machine, sums);
    end(0);
    const startedAt = performance.now();
    try {
      machine.run(job);
      assert.ok(sums.every((value) => value === 1));
    } catch (error) {
      if (!isDead(error)) throw error;
    }
    assert.ok(performance.now() - startedAt < NOTICED_MS);
    await machine.close();
  }
});

test('a watcher that ended between jobs: the next one is done by this thread, or an error within 2 s', async () => {
  const { machine, end } = await openTestMachine(CARRIERS_HERE[0], 3);
  const before = threadCount();
  end('watcher');
  await eventually('watcher and helpers end', () => threadCount() <= before - 3);
  const startedAt = performance.now();
  const sums = machine.arena.float32(8).fill(0);
  try {
    machine.run(addJob(machine, sums));
    assert.ok(sums.every((value) => value === 1));
  } catch (error) {
    if (!isDead(error)) throw error;
  }
  assert.ok(performance.now() - startedAt < NOTICED_MS);
  await machine.close();
});

for (const [who, which] of ENDS)
  test(`${who} that ended is noticed between two pieces of this thread, not only when all are done`, async () => {
    const { machine, end } = await openTestMachine(CARRIERS_HERE[0], 2);
    const { run } = machine.carrier;
    const control = new Int32Array(machine.arena.memory.buffer);
    const limit = noticeLimit(machine);
    let [pieces, endedAt] = [0, 0];
    machine.carrier.run = (entry, scratch) => {
      if (pieces++ === 0) {
        while (claimed(machine) < 2);
        end(which);
        endedAt = performance.now();
        return;
      }
      Atomics.wait(control, CONTROL.count / 4, 64, 100);
      run(entry, scratch);
    };
    const job = machine.job();
    // The first two take long: one is the helper's, the other this thread leaves undone.
    const call = job.call([machine.arena.float32(16), ROUNDS]);
    const short = job.call([machine.arena.float32(16), 1]);
    for (let piece = 0; piece < 64; piece++) job.piece('peak', piece < 2 ? call : short, 0, 1);
    assert.throws(() => machine.run(job), isDead);
    assert.ok(performance.now() - endedAt < limit, `${performance.now() - endedAt} ms`);
    assert.ok(pieces < 64, 'it went on to the end');
    await machine.close();
  });

test('a helper that traps within a kernel is an error, whatever the kernel', async () => {
  const wasm = CARRIERS_HERE.find(({ source }) => source.kind === 'wasm') ?? assert.fail('there is no WebAssembly');
  for (const kernel of ['add', 'multiply', 'softmax', 'columnSums', 'sumOfSquares'] as const) {
    const { machine } = await openTestMachine(wasm, 2, new Arena(64));
    // This thread leaves the second piece to the helper.
    machine.carrier.run = () => {
      while (claimed(machine) < 2);
    };
    const job = machine.job();
    const call = job.call([machine.arena.float32(16), machine.arena.float32(16), machine.arena.float32(16), 16]);
    const startedAt = performance.now();
    // Far beyond the memory: WebAssembly traps.
    assert.throws(() => machine.run(job.piece(kernel, call, 0, 1).piece(kernel, call, 0, 2 ** 28)), isDead, kernel);
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
  machine.run(busyJob(machine, 2, 2 * ROUNDS));
  assert.ok(performance.now() - startedAt > 2400, 'it was not stopped');
  await machine.close();
});

/** A program for helpers in a file of its own. */
async function programFile(t: TestContext, text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-threads-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'program.mjs');
  await writeFile(file, text);
  return file;
}

test('a thread that neither serves nor ends holds up closing for a few seconds only', async (t) => {
  const threads = threadCount();
  for (const [what, forever] of [
    ['within JavaScript', 'for (;;);'],
    // Nothing ends a thread that waits in the system.
    ['within native code', "execFileSync('sleep', ['6']);"],
  ]) {
    const file = await programFile(
      t,
      `import { execFileSync } from 'node:child_process';
       import { parentPort } from 'node:worker_threads';
       parentPort.postMessage('ready');
       ${forever}`,
    );
    const helpers = await startHelperThreads(file, CARRIERS_HERE[0].source, new Arena(1024), 1);
    const startedAt = performance.now();
    await helpers.close();
    const took = performance.now() - startedAt;
    assert.ok(took > 1500 && took < 5000, `${what}: ${took} ms`);
  }
  await eventually('both threads end', () => threadCount() === threads, 20_000);
});

test('a program that ends while it starts is an error', async (t) => {
  const file = await programFile(t, 'process.exit(0);');
  await assert.rejects(
    startHelperThreads(file, CARRIERS_HERE[0].source, new Arena(1024), 2),
    /ended while they started/,
  );
});

test('closing leaves no thread, and a thread that cannot start leaves none behind', async () => {
  const before = threadCount();
  const { machine } = await openTestMachine(CARRIERS_HERE[0], 4);
  assert.ok(threadCount() >= before + 3);
  machine.run(busyJob(machine, 12, 1000));
  await machine.close();
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
