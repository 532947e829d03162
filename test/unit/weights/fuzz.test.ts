// 10,000 mutated files of each format, seeded: every one is read or refused with a UserError, within two seconds and within four times its
// size in memory (and a few megabytes).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FuzzJob, FuzzResult } from './fuzzWorker.ts';

const CASES = 10_000;
/** For all formats together, on a machine that does much else. */
const BUDGET_SECONDS = 240;
/** A case that does not come back at all; slow ones are measured in time of the processor. */
const HUNG_SECONDS = 20;

const FORMATS: Readonly<Record<string, string[]>> = {
  safetensors: ['torch-lstm.safetensors', 'torch-strides.safetensors'],
  'PyTorch, zip': ['torch-lstm.pt', 'torch-strides.pt', 'torch-checkpoint.pt'],
  'PyTorch, legacy': ['torch-lstm-legacy.pt', 'torch-strides-legacy.pt'],
  'Keras, HDF5': ['keras-gru.h5', 'keras-cudnnLstm.h5', 'keras-layouts.h5', 'keras-newest.h5'],
  'Keras, archive': ['keras-lstm.keras'],
  NumPy: ['numpy.npz', 'numpy-packed.npz'],
  'TensorFlow.js': ['tfjs'],
  ONNX: ['torch-lstm.onnx', 'torch-gru.onnx', 'torch-rnn.onnx'],
};

async function run(job: Omit<FuzzJob, 'progress'>): Promise<FuzzResult> {
  const progress = new SharedArrayBuffer(4);
  const worker = new Worker(new URL('./fuzzWorker.ts', import.meta.url), { workerData: { ...job, progress } });
  const done = new Promise<FuzzResult>((settle, fail) => {
    worker.on('message', settle);
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`The thread ended with ${code}`)));
  });
  const watch = (async (): Promise<never> => {
    for (let [last, since] = [-1, performance.now()]; ; ) {
      await sleep(200, undefined, { ref: false });
      const at = Atomics.load(new Int32Array(progress), 0);
      if (at !== last) [last, since] = [at, performance.now()];
      else if (performance.now() - since > HUNG_SECONDS * 1000)
        throw new Error(`case ${at} of ${job.files} does not end`);
    }
  })();
  try {
    return await Promise.race([done, watch]);
  } finally {
    await worker.terminate();
  }
}

let spentSeconds = 0;

for (const [index, [format, files]] of Object.entries(FORMATS).entries()) {
  test(`${format}: ${CASES} mutated files are read or refused`, async (t) => {
    const startedAt = performance.now();
    const { failures, read, refused, worstSeconds, worstGrowth } = await run({
      files,
      cases: CASES,
      seed: 1000 + index,
    });
    spentSeconds += (performance.now() - startedAt) / 1000;
    assert.deepEqual(failures, []);
    assert.equal(read + refused, CASES);
    assert.ok(refused > CASES / 20, `only ${refused} files were refused: the mutations do nothing`);
    assert.ok(spentSeconds < BUDGET_SECONDS, `${spentSeconds} s`);
    t.diagnostic(
      `${format}: ${refused} refused, ${read} read; the slowest took ${(worstSeconds * 1000).toFixed(1)} ms, the largest ${(worstGrowth / 2 ** 20).toFixed(1)} MB`,
    );
  });
}
