// What computes, as configs and settings change it between runs and predictions. With the real kernels, threads and self-test, from source.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { currentMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import type { KernelFiles } from '../../../extension/node/kernels/openMachine.ts';
import {
  closeEngine,
  type EngineLease,
  leaseEngine,
  useEngine,
  usePredictionEngine,
} from '../../../extension/node/kernels/useEngine.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { TOY_SHAPE } from '../engine/support.ts';

const root = resolve(import.meta.dirname, '../../..');
const FILES: KernelFiles = {
  prebuilt: join(root, 'prebuilt'),
  thread: join(root, 'extension/node/kernels/kernelThread.ts'),
  check: join(root, 'extension/node/kernels/kernelCheck.ts'),
};

let cache: string;
const { XDG_CACHE_HOME } = process.env;
const held: EngineLease[] = [];

before(async () => {
  cache = await mkdtemp(join(tmpdir(), 'gatescope-engine-'));
  process.env.XDG_CACHE_HOME = cache;
});
afterEach(async () => {
  for (const lease of held.splice(0)) lease.release();
  await closeEngine();
});
after(async () => {
  if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  await rm(cache, { recursive: true, force: true });
});

type Asked = Parameters<typeof useEngine>[0];
const use = (backend: Asked['backend'], threads: Asked['threads'] = 1) => useEngine({ backend, threads }, FILES);
const predictWith = (backend: Asked['backend'], threads: Asked['threads'] = 1) =>
  usePredictionEngine({ backend, threads }, FILES);
async function train(backend: Asked['backend'], threads: Asked['threads'] = 1): Promise<EngineLease> {
  const lease = await leaseEngine({ backend, threads }, FILES);
  held.push(lease);
  return lease;
}
const computing = (): string => {
  const machine = currentMachine();
  return machine ? `${machine.carrier.kind} ${machine.threads}` : 'plain';
};

test('each config gets its backend and threads, and the same again gets the same machine', async () => {
  const seen: string[] = [];
  for (const [backend, threads] of [
    ['native', 1],
    ['native', 2],
    ['wasm', 2],
    ['wasm-plain', 1],
    ['cpu', 1],
    ['auto', 1],
  ] as const) {
    const { requested, used } = await use(backend, threads);
    assert.equal(requested, backend);
    seen.push(computing());
    assert.equal(used === 'cpu' ? 'plain' : `${used} ${threads}`, computing());
    const machine = currentMachine();
    await use(backend, threads);
    assert.equal(currentMachine(), machine);
  }
  assert.deepEqual(seen, ['native 1', 'native 2', 'wasm 2', 'wasm-plain 1', 'plain', 'native 1']);
});

test('a model predicts the same after what computes has changed under it', async () => {
  await use('native', 2);
  const model = createModel(TOY_SHAPE, createParams(TOY_SHAPE, 7));
  const texts = [[2, 3, 4, 13], [5], [6, 7, 8, 9, 10, 11, 12]];
  const expected = model.probabilities(texts);
  await use('wasm', 1);
  assert.deepEqual(model.probabilities(texts), expected);
  await use('native', 1);
  assert.deepEqual(model.probabilities(texts), expected);
  await use('cpu');
  for (const [n, value] of model.probabilities(texts).entries()) assert.ok(Math.abs(value - expected[n]) < 1e-5);
});

test('while a run trains predictions compute with what it has; afterwards with their own', async () => {
  const lease = await train('wasm');
  const machine = currentMachine();
  await predictWith('auto', 2);
  await predictWith('cpu');
  assert.equal(currentMachine(), machine);
  lease.release();
  lease.release();
  await predictWith('auto');
  assert.equal(computing(), 'native 1');
  await predictWith('cpu');
  assert.equal(computing(), 'plain');
});

test('a run that plain TypeScript trains is left to it as well', async () => {
  const lease = await train('cpu');
  await predictWith('auto');
  assert.equal(computing(), 'plain');
  lease.release();
  await predictWith('auto');
  assert.equal(computing(), 'native 1');
});

test('a prediction that is asked for while a run opens its engine does not take it away', async () => {
  const [lease] = await Promise.all([train('wasm', 2), predictWith('auto', 1), predictWith('cpu')]);
  assert.equal(lease.choice.used, 'wasm');
  assert.equal(computing(), 'wasm 2');
  const before = await Promise.all([predictWith('auto', 1), predictWith('cpu'), train('native')]);
  assert.equal(before[2].choice.used, 'wasm', 'the first run still holds it');
});

test('a run that comes while a prediction opens another engine gets its own', async () => {
  const [, lease] = await Promise.all([predictWith('auto', 2), train('wasm', 1)]);
  assert.equal(lease.choice.used, 'wasm');
  assert.equal(computing(), 'wasm 1');
});

test('a backend that cannot run is an error, nothing is left half open, and the next one works', async () => {
  await use('native');
  const nowhere = { ...FILES, prebuilt: join(cache, 'nowhere') };
  await assert.rejects(
    leaseEngine({ backend: 'wasm', threads: 1 }, nowhere),
    (error) => UserError.is(error, 'engine.backendUnavailable') && /nowhere/.test(error.message),
  );
  assert.equal(computing(), 'plain');
  const { used, reason } = await useEngine({ backend: 'auto', threads: 1 }, nowhere);
  assert.equal(used, 'cpu');
  assert.match(reason ?? '', /native: .*; wasm: .*; wasm-plain: /);
  await use('wasm');
  assert.equal(computing(), 'wasm 1');
});

test('a machine whose thread is gone is replaced when it is asked for again', async () => {
  await use('wasm', 2);
  const broken = currentMachine();
  assert.ok(broken);
  Object.defineProperty(broken, 'isBroken', { value: true });
  await use('wasm', 2);
  assert.notEqual(currentMachine(), broken);
  assert.equal(computing(), 'wasm 2');
});
