// Every fused gradient in its place: whole models on kernels, with dropout, smoothing and class weights, against finite differences of the
// loss that plain TypeScript computes.
import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { prepareBackend } from '../../../extension/engine/backend/backend.ts';
import { machineScope, setMachine } from '../../../extension/engine/backend/gatescopeBackend.ts';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { classifierGradients } from '../../../extension/engine/tasks/classification.ts';
import type { Gradient } from '../../../extension/engine/train/gradients.ts';
import { assertClose, modelConfig, TOY_SHAPE } from '../engine/support.ts';
import { CARRIERS_HERE, openTestMachine } from './support.ts';

prepareBackend();
afterEach(() => setMachine(undefined));

const ENCODERS = {
  lstm: { type: 'lstm', forgetBias: 0 },
  attentiveLstm: { type: 'lstm', forgetBias: 0 },
  gru: { type: 'gru' },
  rnnTanh: { type: 'rnn', nonlinearity: 'tanh' },
} as const;
const POOLINGS = { lstm: 'mean', attentiveLstm: 'attention', gru: 'last', rnnTanh: 'max' } as const;
const TEXTS = [[2, 5, 9], [7], [13, 1, 1, 4, 8, 2], [6, 3, 12, 10], [11, 2]].map((text) => Uint32Array.from(text));
const LABELS = Int32Array.of(0, 1, 2, 0, 1);
const OPTIONS = { labelSmoothing: 0.1, classWeights: Float64Array.of(1, 2, 0.5), training: { seed: 9, step: 4 } };
/** The difference of a weight; a power of two, so that it is exact. */
const STEP = 2 ** -7;

/** On the heap; of a sparse gradient every row that was not touched is zero. */
function denseCopy(gradient: Gradient, length: number): Float32Array {
  if (gradient instanceof Float32Array) return gradient.slice();
  const dense = new Float32Array(length);
  const size = gradient.size;
  for (const [slot, row] of gradient.rows.entries())
    dense.set(gradient.values.subarray(slot * size, (slot + 1) * size), row * size);
  return dense;
}

for (const carrier of CARRIERS_HERE) {
  const opened = openTestMachine(carrier);
  after(async () => (await opened).machine.close());

  for (const [name, encoder] of Object.entries(ENCODERS)) {
    test(`${carrier.name}: all gradients of a ${name} classifier agree with finite differences`, async () => {
      const { machine } = await opened;
      const shape = {
        ...TOY_SHAPE,
        model: modelConfig({
          encoder: { ...encoder, hiddenSize: 9, layers: 2, bidirectional: true, dropout: 0.3 },
          embedding: { dropout: 0.2 },
          head: { dropout: 0.4 },
          pooling: POOLINGS[name as keyof typeof POOLINGS],
        }),
      };
      const params = createParams(shape, 5);
      for (const { values } of params.parameters) for (let at = 0; at < values.length; at++) values[at] *= 1.5;
      const model = createModel(shape, params);
      const loss = (): number => classifierGradients(model, createBatch(TEXTS), LABELS, OPTIONS).loss.loss;
      setMachine(machine);
      const gradients = machineScope(() =>
        classifierGradients(model, createBatch(TEXTS), LABELS, OPTIONS).gradients.map((gradient, n) =>
          denseCopy(gradient, params.parameters[n].values.length),
        ),
      );
      setMachine(undefined);
      let [largest, checked] = [0, 0];
      for (const [n, { values, name: parameter, fixedCount }] of params.parameters.entries()) {
        for (let at = fixedCount; at < values.length; at += Math.ceil(values.length / 7)) {
          const kept = values[at];
          values[at] = kept + STEP;
          const [high, up] = [loss(), values[at]];
          values[at] = kept - STEP;
          const [low, down] = [loss(), values[at]];
          values[at] = kept;
          // Float32 logits near 1 over a difference of 1/64: about 1e-5; the cubic term adds as much.
          const difference = (high - low) / (up - down);
          assertClose([gradients[n][at]], [difference], `${parameter}[${at}]`, { absolute: 1e-4, relative: 1e-2 });
          largest = Math.max(largest, Math.abs(gradients[n][at]));
          checked++;
        }
      }
      assert.ok(largest > 0.01 && checked > 100, 'the gradients are too small or too few to be told from errors');
    });
  }
}
