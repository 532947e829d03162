// What an edit changes, over traces of real networks: nothing without an edit, nothing before it where the network reads forward only,
// and everywhere the plain difference of the two traces.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createModel, type Model } from '../../../../extension/engine/model.ts';
import { createParams } from '../../../../extension/engine/params/paramStore.ts';
import { traceText } from '../../../../extension/engine/trace/traceText.ts';
import { CELL_SIGNALS, type Trace } from '../../../../extension/protocol/trace.ts';
import { probabilityChanges, roundScale } from '../../../../webview/inspector/views/difference.ts';
import { differenceOfTexts, firstDifference } from '../../../../webview/inspector/views/textDifference.ts';
import { COMPUTERS, shapeOf, type TracedCase } from '../../trace/support.ts';

function modelOf(cell: TracedCase['cell'], bidirectional: boolean): Model {
  const shape = shapeOf(cell, { hiddenSize: 9, layers: 2, bidirectional, size: 6, pooling: 'max' });
  const params = createParams(shape, 3);
  for (const { values } of params.parameters) for (let at = 0; at < values.length; at++) values[at] *= 3;
  return createModel(shape, params);
}

/** As the worker answers, with ids in place of words. */
function traceOf(model: Model, ids: readonly number[]): Trace {
  const { type, hiddenSize, bidirectional } = model.shape.model.encoder;
  const { layers, logits } = traceText(model, Uint32Array.from(ids));
  const total = logits!.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return {
    runId: 'run',
    text: ids.join(' '),
    cell: type,
    hiddenSize,
    layerCount: layers.length,
    directionCount: bidirectional ? 2 : 1,
    tokens: ids.map((id) => ({ text: String(id), id, isUnknown: false })),
    truncated: 0,
    signals: CELL_SIGNALS[type].map((name) => ({ name })),
    layers,
    classes: Array.from(logits!, (logit, at) => ({ label: `c${at}`, logit, probability: Math.exp(logit) / total })),
  };
}

const TEXT = [2, 7, 9, 3, 5, 4, 8];
const EDITS: Readonly<Record<string, { ids: number[]; at: number }>> = {
  changed: { ids: [2, 7, 9, 6, 5, 4, 8], at: 3 },
  deleted: { ids: [2, 7, 9, 5, 4, 8], at: 3 },
  inserted: { ids: [2, 7, 9, 10, 3, 5, 4, 8], at: 3 },
};
const CELLS = ['lstm', 'gru', 'rnnTanh'] as const;

for (const { name, use, leave } of COMPUTERS) {
  describe(name, () => {
    before(use);
    after(leave);

    test('no edit: every difference is zero', () => {
      for (const cell of CELLS) {
        for (const direction of [0, 1] as const) {
          const model = modelOf(cell, true);
          const difference = differenceOfTexts(traceOf(model, TEXT), traceOf(model, TEXT), { layer: 1, direction })!;
          assert.equal(difference.signals.length, CELL_SIGNALS[model.shape.model.encoder.type].length);
          for (const { matrix } of difference.signals) {
            assert.equal(matrix.values.length, TEXT.length * 9);
            assert.ok(matrix.values.every((value) => value === 0));
          }
          assert.equal(firstDifference(difference), undefined);
          assert.ok(difference.probabilities.every(({ change }) => change === 0));
        }
      }
    });

    test('in a network that reads forward only, nothing changes before the edit, and something does after it', () => {
      for (const cell of CELLS) {
        const model = modelOf(cell, false);
        for (const [kind, { ids, at }] of Object.entries(EDITS)) {
          for (const layer of [0, 1]) {
            const difference = differenceOfTexts(traceOf(model, TEXT), traceOf(model, ids), { layer, direction: 0 })!;
            assert.equal(difference.columns[at].kind, kind);
            for (const { matrix, signal } of difference.signals) {
              const early = matrix.values.subarray(0, at * 9);
              assert.ok(
                early.every((value) => value === 0),
                `${cell} ${kind}: ${signal} changed before the edit`,
              );
            }
            const first = firstDifference(difference)!;
            assert.ok(first >= at && first <= at + 1, `${cell} ${kind}: the first difference is at ${first}`);
          }
        }
      }
    });

    test('the backward direction changes before the edit, and not after it', () => {
      const model = modelOf('lstm', true);
      const { ids, at } = EDITS.changed;
      const difference = differenceOfTexts(traceOf(model, TEXT), traceOf(model, ids), { layer: 0, direction: 1 })!;
      for (const { matrix } of difference.signals) {
        assert.ok(matrix.values.subarray((at + 1) * 9).every((value) => value === 0));
      }
      assert.equal(firstDifference(difference), 0);
    });

    test('beside each other, tokens differ by the difference of the traces; alone they have none', () => {
      const model = modelOf('lstm', false);
      const [old, now] = [traceOf(model, TEXT), traceOf(model, EDITS.inserted.ids)];
      const difference = differenceOfTexts(old, now, { layer: 1, direction: 0 })!;
      const { matrix, summary } = difference.signals.find(({ signal }) => signal === 'c')!;
      let largest = 0;
      for (const [column, { before: from, after: to }] of difference.columns.entries()) {
        for (let unit = 0; unit < 9; unit++) {
          const value = matrix.values[column * 9 + unit];
          if (from === undefined || to === undefined) assert.ok(Number.isNaN(value));
          else {
            const [a, b] = [old, now].map(
              ({ layers }, side) => layers[1][0].signals.c![(side === 0 ? from : to) * 9 + unit],
            );
            assert.equal(value, Math.fround(b - a));
            largest = Math.max(largest, Math.abs(value));
          }
        }
      }
      assert.equal(summary.largest, largest);
      assert.equal(summary.compared, TEXT.length * 9);
      for (const { signal, summary, scale } of difference.signals) {
        assert.ok(summary.largest <= scale && scale <= 2.5 * summary.largest, `${signal}: its own scale`);
      }
    });
  });
}

test('probabilities are told by the size of their change; what one side does not tell stays open', () => {
  const changes = probabilityChanges(
    new Map([
      ['a', 0.5],
      ['b', 0.5],
      ['x', 0.2],
    ]),
    new Map([
      ['a', 0.4],
      ['b', 0.9],
      ['y', 0.1],
    ]),
  );
  assert.deepEqual(
    changes.map(({ label }) => label),
    ['b', 'a', 'x', 'y'],
  );
  assert.ok(Math.abs(changes[0].change - 0.4) < 1e-12);
  assert.deepEqual([changes[2].after, changes[3].before], [undefined, undefined]);
  assert.ok(Number.isNaN(changes[2].change));
});

test('the ends of the colours are round and hold every value', () => {
  assert.deepEqual([0.013, 0.02, 0.7, 1, 1.9, 7, 0].map(roundScale), [0.02, 0.02, 1, 1, 2, 10, 1]);
});
