// Whole layers through tfjs, on the kernels of every carrier: against their plain twins and PyTorch; 20 training steps of every cell and
// optimizer against PyTorch.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { machineScope, setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { attend } from '../../../extension/engine/layers/attention.ts';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { dense } from '../../../extension/engine/layers/dense.ts';
import { dropout, dropoutMask } from '../../../extension/engine/layers/dropout.ts';
import { embed } from '../../../extension/engine/layers/embedding.ts';
import { pool } from '../../../extension/engine/layers/pooling.ts';
import { type BatchLoss, crossEntropy } from '../../../extension/engine/tasks/crossEntropy.ts';
import type { SparseRows } from '../../../extension/engine/train/gradients.ts';
import { assertClose, assertNear, assertSameBits, layoutOf, randomArray, readGolden } from '../engine/support.ts';
import { TRAINING_CASES, trainAsPyTorch } from '../engine/trainAsPyTorch.ts';
import { CARRIERS_HERE, createChoice, openTestMachine } from './support.ts';

// Of the largest value of a tensor: float32 sums in another order.
const VALUES = 2e-6;
const GRADIENTS = 1e-5;

prepareBackend();
afterEach(() => setMachine(undefined));

/** Of the first carrier with fused multiply-add. */
let fusedAttention: Evaluated | undefined;

interface Evaluated {
  value: Float32Array;
  gradients: Float32Array[];
}

/** Value and gradients of a layer for an upstream gradient, as copies. */
function evaluate(layer: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: [Float32Array, number[]][]): Evaluated {
  return machineScope(() =>
    tf.tidy(() => {
      const tensors = inputs.map(([values, shape]) => tf.tensor(values, shape));
      const { size, shape } = layer(...tensors);
      const { value, grads } = tf.valueAndGrads(layer)(tensors, tf.tensor(randomArray(size, 77), shape));
      const copy = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>().slice();
      return { value: copy(value), gradients: grads.map(copy) };
    }),
  );
}

const losses = readGolden<{ name: string; labelSmoothing: number; classWeights: number[] | null }>('loss');

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  /** The same on the machine and in plain TypeScript. */
  const both = async <T>(compute: () => T): Promise<[onMachine: T, plain: T]> => {
    const plain = compute();
    setMachine((await opened).machine);
    const onMachine = compute();
    setMachine(undefined);
    return [onMachine, plain];
  };

  test(`${carrier.name}: a dense layer`, async () => {
    for (let seed = 0; seed < 8; seed++) {
      const choose = createChoice(seed);
      const [rows, inputs, outputs] = [choose(1, 90), choose(1, 60), choose(1, 40)];
      const [actual, expected] = await both(() =>
        evaluate(
          (x, weight, bias) => dense(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
          [
            [randomArray(rows * inputs, seed), [rows, inputs]],
            [randomArray(outputs * inputs, seed + 1), [outputs, inputs]],
            [randomArray(outputs, seed + 2), [outputs]],
          ],
        ),
      );
      assertNear(actual.value, expected.value, 'y', VALUES);
      for (const [n, gradient] of expected.gradients.entries()) {
        assertNear(actual.gradients[n], gradient, `gradient ${n}`, GRADIENTS);
      }
    }
  });

  for (const kind of ['last', 'mean', 'max'] as const) {
    test(`${carrier.name}: pooling by ${kind}`, async () => {
      const layout = layoutOf([3, 1, 12, 7, 7]);
      const [actual, expected] = await both(() =>
        evaluate(
          (x) => pool(x as tf.Tensor2D, { kind, layout, width: 19, hiddenSize: 10 }),
          [[randomArray(layout.tokenCount * 19, 5), [layout.tokenCount, 19]]],
        ),
      );
      if (kind === 'mean') {
        assertNear(actual.value, expected.value, 'pooled', VALUES);
        assertNear(actual.gradients[0], expected.gradients[0], 'gradient', GRADIENTS);
        return;
      }
      assertSameBits(actual.value, expected.value, 'pooled');
      assertSameBits(actual.gradients[0], expected.gradients[0], 'gradient');
    });
  }

  test(`${carrier.name}: pooling by attention, with the bits of every carrier that rounds as often`, async () => {
    const layout = layoutOf([3, 1, 12, 7, 7]);
    const [actual, expected] = await both(() =>
      evaluate(
        (x, w) => attend(x as tf.Tensor2D, w as tf.Tensor2D, layout),
        [
          [randomArray(layout.tokenCount * 19, 5), [layout.tokenCount, 19]],
          [randomArray(19, 6), [1, 19]],
        ],
      ),
    );
    assertNear(actual.value, expected.value, 'pooled', VALUES);
    for (const [n, gradient] of expected.gradients.entries())
      assertNear(actual.gradients[n], gradient, `gradient ${n}`, GRADIENTS);
    if (!carrier.isFused) return;
    fusedAttention ??= actual;
    const first = fusedAttention;
    assertSameBits(actual.value, first.value, 'pooled');
    for (const [n, gradient] of first.gradients.entries())
      assertSameBits(actual.gradients[n], gradient, `gradient ${n}`);
  });

  test(`${carrier.name}: dropout, bit by bit`, async () => {
    for (const [step, rate] of [0.1, 0.5, 0.75].entries()) {
      const key = { seed: 9, step, lane: 2 };
      const [actual, expected] = await both(() =>
        evaluate((x) => dropout(x as tf.Tensor2D, rate, key), [[randomArray(37 * 13, step), [37, 13]]]),
      );
      assertSameBits(actual.value, expected.value, 'out');
      assertSameBits(actual.gradients[0], expected.gradients[0], 'gradient');
      const dropped = dropoutMask(37 * 13, rate, key).filter((value) => value === 0).length;
      assert.ok(Math.abs(dropped / (37 * 13) - rate) < 0.1, `${dropped} of ${37 * 13}`);
    }
  });

  test(`${carrier.name}: the sparse gradient of an embedding is the dense one, bit by bit`, async () => {
    const [vocabulary, size] = [40, 11];
    const choose = createChoice(4);
    // The padding token within a text as well: it has no gradient.
    const texts = Array.from({ length: 9 }, () => Uint32Array.from({ length: choose(1, 8) }, () => choose(0, 20)));
    const batch = createBatch(texts);
    const table: [Float32Array, number[]] = [randomArray(vocabulary * size, 8), [vocabulary, size]];
    const plain = evaluate((weights) => embed(weights as tf.Tensor2D, batch), [table]);
    const { machine } = await opened;
    setMachine(machine);
    const rows: SparseRows[] = [];
    const keep = (gradient: SparseRows): void => {
      rows.push({ ...gradient, values: gradient.values.slice() });
    };
    const sparse = evaluate((weights) => embed(weights as tf.Tensor2D, batch, keep), [table]);
    assertSameBits(sparse.value, plain.value, 'vectors');
    assert.equal(rows.length, 1);
    const used = new Set(texts.flatMap((text) => [...text]).filter((id) => id !== 0));
    assert.deepEqual([...rows[0].rows].sort(), [...used].sort());
    const whole = new Float32Array(vocabulary * size);
    for (const [slot, row] of rows[0].rows.entries()) {
      whole.set(rows[0].values.subarray(slot * size, (slot + 1) * size), row * size);
    }
    assertSameBits(whole, plain.gradients[0], 'gradient');
  });

  for (const { name, labelSmoothing, classWeights } of losses.cases) {
    test(`${carrier.name}: PyTorch's cross-entropy ${name}`, async () => {
      setMachine((await opened).machine);
      const options = { labelSmoothing, classWeights: classWeights ? Float64Array.from(classWeights) : undefined };
      const labels = losses.integers(`${name}.labels`);
      machineScope(() =>
        tf.tidy(() => {
          let result: BatchLoss | undefined;
          const lossOf = (logits: tf.Tensor): tf.Scalar =>
            crossEntropy(logits as tf.Tensor2D, labels, options, (given) => {
              result = given;
            });
          const logits = tf.tensor2d(losses.values(`${name}.logits`), [labels.length, 5]);
          const { value, grad } = tf.valueAndGrad(lossOf)(logits);
          assertClose(value.dataSync(), losses.values(`${name}.loss`), 'loss', { absolute: 1e-6, relative: 1e-6 });
          assertClose([result!.loss], losses.values(`${name}.loss`), 'loss', { absolute: 1e-6, relative: 1e-6 });
          assertClose(grad.dataSync(), losses.values(`${name}.grad`), 'gradient', { absolute: 1e-6 });
        }),
      );
    });
  }

  for (const one of TRAINING_CASES) {
    test(`${carrier.name}: 20 steps of ${one.cell} with ${JSON.stringify(one.options)}`, async () => {
      setMachine((await opened).machine);
      trainAsPyTorch(one);
    });
  }
}
