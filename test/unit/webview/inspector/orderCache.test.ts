// Rows in order by likeness without holding up the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../../extension/util/rng.ts';
import type { InspectorStore } from '../../../../webview/inspector/inspectorStore.ts';
import { OrderCache } from '../../../../webview/inspector/orderCache.ts';
import { seriate } from '../../../../webview/inspector/seriation.ts';
import { eventually } from '../../../support/eventually.ts';

/** As much of a store as an order depends on. */
function storeOf(units: number, tokens: number, seed: number): InspectorStore {
  const rng = new Rng(seed, 'sample');
  const h = Float32Array.from({ length: units * tokens }, () => rng.nextInt(1000) / 1000);
  const trace = { cell: 'rnn', hiddenSize: units, tokens: Array(tokens), signals: [{ name: 'h', range: [-1, 1] }] };
  const shown = { layer: 0, direction: 0, signals: { h } };
  const state = { signal: 'h', order: 'similarity' };
  return { trace, shown, state, shownSignals: ['h'], pinnedUnits: [] } as unknown as InspectorStore;
}

const orderOf = ({ trace, shown }: InspectorStore): Uint32Array => {
  const values = shown!.signals.h!;
  return seriate({ values, rows: trace!.hiddenSize, columns: trace!.tokens.length });
};

test('few rows are in order at once', () => {
  const store = storeOf(20, 10, 1);
  const orders = new OrderCache(() => assert.fail('nothing was left to do'));
  assert.deepEqual(orders.get(store), orderOf(store));
});

test('many rows stand as they did until their order is there; an order that is wanted no more never comes', async () => {
  const [first, second] = [storeOf(400, 900, 2), storeOf(400, 900, 3)];
  let ready = 0;
  const orders = new OrderCache(() => ready++);
  const before = orders.get(first);
  assert.ok(before.every((row, place) => row === place));
  assert.equal(orders.get(second), before);
  await eventually('an order', () => Promise.resolve(ready > 0));
  assert.deepEqual(orders.get(second), orderOf(second));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(ready, 1);
});
