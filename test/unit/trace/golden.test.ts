// Traces and derivatives against PyTorch, cell by cell, on every carrier.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { connectivity } from '../../../extension/engine/trace/connectivity.ts';
import { integratedGradients, tokenGradients } from '../../../extension/engine/trace/gradients.ts';
import { embeddingRows, traceBatch } from '../../../extension/engine/trace/traceBatch.ts';
import { traceText } from '../../../extension/engine/trace/traceText.ts';
import { assertClose, assertNear } from '../engine/support.ts';
import { COMPUTERS, golden, shapeOf, tracedModel } from './support.ts';

function isZeroAboveDiagonal(norms: Float32Array, T: number): boolean {
  return norms.every((norm, at) => at % T <= Math.floor(at / T) || norm === 0);
}

const noPause = async (): Promise<void> => undefined;

for (const { name: computer, use, leave } of COMPUTERS) {
  describe(`on ${computer}`, () => {
    before(use);
    after(leave);

    for (const one of golden.cases) {
      const title = `${one.layers} layers of ${one.cell}${one.bidirectional ? ', both directions' : ''}`;
      const vector = (key: string): Float32Array => golden.values(`${one.name}.${key}`);

      test(`${title}: every signal, pooled vector and logits within 2e-6 of PyTorch`, () => {
        const { model, ids } = tracedModel(one);
        const { layers, pooled, logits } = traceText(model, ids);
        for (const { layer, direction, signals } of layers.flat()) {
          for (const [name, values] of Object.entries(signals)) {
            const what = `${name} of layer ${layer}, direction ${direction}`;
            assertClose(values, vector(`signal.${layer}.${direction}.${name}`), what, { absolute: 2e-6 });
          }
        }
        assertClose(embeddingRows(model, ids) as Float32Array, vector('embeddings'), 'embeddings', { absolute: 0 });
        assertClose(pooled as Float32Array, vector('pooled'), 'pooled', { absolute: 2e-6 });
        assertClose(logits as Float32Array, vector('logits'), 'logits', { absolute: 2e-6 });
      });

      test(`${title}: the same text in a batch with others has the same trace`, () => {
        const { model, ids } = tracedModel(one);
        const alone = traceBatch(model, createBatch([ids])).layers.flat();
        const others = [Uint32Array.of(3), Uint32Array.from({ length: 15 }, (_, at) => 1 + (at % 11))];
        const within = traceBatch(model, createBatch([others[0], ids, others[1]])).layers.flat();
        for (const [at, { signals }] of within.entries()) {
          for (const [name, values] of Object.entries(signals)) {
            const rows = values.subarray(one.hidden, (1 + ids.length) * one.hidden);
            assertClose(rows, alone[at].signals[name as 'h'] as Float32Array, name, { absolute: 0 });
          }
        }
      });

      test(`${title}: gradients of a score, and integrated gradients`, async () => {
        const { model, ids } = tracedModel(one);
        const { logit, norms, inputTimesGradient } = tokenGradients(model, ids, { index: one.target });
        assertClose([logit], vector('logit'), 'logit', { absolute: 2e-6 });
        assertNear(norms, vector('norms'), 'norms', 1e-4);
        assertNear(inputTimesGradient, vector('inputTimesGradient'), 'input times gradient', 1e-4);
        const work = { steps: one.steps, betweenParts: noPause };
        const { attributions, baselineLogit } = await integratedGradients(model, ids, { index: one.target }, work);
        assertNear(attributions, vector('integrated'), 'integrated gradients', 1e-4);
        assertClose([baselineLogit], vector('baselineLogit'), 'baseline', { absolute: 2e-6 });
      });

      test(`${title}: connectivity`, async () => {
        const { model, ids } = tracedModel(one);
        for (let layer = 0; layer < one.layers; layer++) {
          for (const direction of one.bidirectional ? ([0, 1] as const) : ([0] as const)) {
            const norms = await connectivity(model, ids, { layer, direction, betweenSteps: noPause });
            assertNear(norms, vector(`connectivity.${layer}.${direction}`), `layer ${layer}, ${direction}`, 1e-4);
            if (!one.bidirectional)
              assert.ok(isZeroAboveDiagonal(norms, ids.length), 'a state knows what it has not read');
          }
        }
      });
    }
  });
}

test('integrated gradients of a language model hold the logits of few copies at once', async () => {
  const shape = shapeOf('gru', { hiddenSize: 2, size: 2, layers: 1, bidirectional: false, vocabulary: 70_000 });
  const model = createModel(
    { ...shape, classCount: 70_000, model: { ...shape.model, pooling: undefined } },
    createParams({ ...shape, classCount: 70_000 }, 1),
  );
  let parts = 0;
  const betweenParts = async (): Promise<void> => void parts++;
  await integratedGradients(model, new Uint32Array(64).fill(5), { index: 7, position: 63 }, { steps: 3, betweenParts });
  assert.equal(parts, 3);
});
