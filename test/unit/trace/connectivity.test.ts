// Connectivity of a text whose derivatives do not fit one group of rows, one of which begins within a token: against finite differences,
// and what a shorter text has.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createModel, type Model } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { connectivity } from '../../../extension/engine/trace/connectivity.ts';
import { traceText } from '../../../extension/engine/trace/traceText.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { assertNear } from '../engine/support.ts';
import { COMPUTERS, shapeOf, type TracedCase } from './support.ts';

const SIZE = 100;
const HIDDEN = 6;
const T = 44;
/** The 4,096th row belongs to it. */
const SPLIT_TOKEN = 40;

function wideModel(cell: TracedCase['cell'], layers: number): Model {
  const shape = shapeOf(cell, { hiddenSize: HIDDEN, layers, bidirectional: false, size: SIZE, vocabulary: T + 2 });
  return createModel(shape, createParams(shape, 7));
}

/** No token twice, so that a row of the table is the vector of one token. */
const ids = Uint32Array.from({ length: T }, (_, at) => 2 + at);

/** ‖d h_t / d x_s‖ for all t by central differences, [T]. */
function byDifferences(model: Model, s: number, layer: number): Float32Array {
  const { values } = model.params.get('embedding.weight');
  const hidden = (): Float32Array =>
    (traceText(model, ids, { layers: [layer] }).layers[0][0].signals.h as Float32Array).slice();
  const squares = new Float64Array(T);
  const step = 2 ** -5;
  for (let e = 0; e < SIZE; e++) {
    const at = ids[s] * SIZE + e;
    const value = values[at];
    values[at] = value + step;
    const more = hidden();
    values[at] = value - step;
    const less = hidden();
    values[at] = value;
    for (const [k, h] of more.entries()) squares[Math.floor(k / HIDDEN)] += ((h - less[k]) / (2 * step)) ** 2;
  }
  return Float32Array.from(squares, Math.sqrt);
}

const column = (norms: Float32Array, s: number): Float32Array => norms.filter((_, at) => at % T === s);
const noPause = async (): Promise<void> => undefined;

for (const { name, use, leave } of COMPUTERS) {
  describe(`on ${name}`, () => {
    before(use);
    after(leave);

    for (const [cell, layers] of [
      ['lstm', 1],
      ['gru', 2],
      ['rnnTanh', 1],
    ] as const) {
      test(`${layers} layers of ${cell}: as finite differences have it, on both sides of a group's end`, async () => {
        const model = wideModel(cell, layers);
        const options = { layer: layers - 1, direction: 0, betweenSteps: noPause } as const;
        const norms = await connectivity(model, ids, options);
        for (const s of [3, SPLIT_TOKEN, SPLIT_TOKEN + 1])
          assertNear(column(norms, s), byDifferences(model, s, layers - 1), `token ${s}`, 1e-2);
        const shorter = await connectivity(model, ids.subarray(0, 9), options);
        const same = norms.filter((_, at) => at < 9 * T && at % T < 9);
        assertNear(same, shorter, 'the first nine tokens', 1e-5);
      });
    }
  });
}

test('others get a turn at every step, and what the pause throws ends the work', async () => {
  let steps = 0;
  const betweenSteps = async (): Promise<void> => {
    if (++steps === 5) throw new CancelledError();
  };
  const model = wideModel('lstm', 1);
  await assert.rejects(connectivity(model, ids, { layer: 0, direction: 0, betweenSteps }), CancelledError);
  assert.equal(steps, 5);
});
