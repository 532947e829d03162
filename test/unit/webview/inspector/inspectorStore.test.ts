import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InspectorContract } from '../../../../extension/protocol/inspectorContract.ts';
import type { CallOptions, Client } from '../../../../extension/protocol/rpc.ts';
import type { Trace } from '../../../../extension/protocol/trace.ts';
import { makeRun } from '../../../../webview/dev/fixtures.ts';
import { InspectorStore } from '../../../../webview/inspector/inspectorStore.ts';
import { eventually } from '../../../support/eventually.ts';

interface Call {
  method: string;
  params: { text?: string; epoch?: number; layers?: number[]; runId?: string };
  signal?: AbortSignal;
  answer(value: unknown): void;
}

/** A store whose calls are answered by the test. */
function makeStore(saved: unknown = undefined) {
  const calls: Call[] = [];
  const listeners = new Map<string, (payload: unknown) => void>();
  const client = {
    call: (method: string, params: Call['params'], options: CallOptions = {}) =>
      new Promise((answer) => calls.push({ method, params, signal: options.signal, answer })),
    on(event: string, listener: (payload: unknown) => void) {
      listeners.set(event, listener);
      return { dispose: () => undefined };
    },
    dispose: () => undefined,
  } as unknown as Client<InspectorContract>;
  let state = saved;
  const host = {
    loadState: () => state,
    saveState(next: unknown) {
      state = next;
    },
  };
  const store = new InspectorStore(client, host, () => undefined);
  const next = async (method: string, count = 1): Promise<Call> => {
    const found = () => calls.filter((call) => call.method === method);
    await eventually(`call ${count} of ${method}`, async () => found().length >= count);
    return found()[count - 1];
  };
  return {
    store,
    calls,
    next,
    send: (event: string, payload: unknown) => listeners.get(event)?.(payload),
    saved: () => state,
  };
}

const traceOf = (text: string, part: Partial<Trace> = {}): Trace => ({
  runId: 'a',
  text,
  cell: 'lstm',
  hiddenSize: 2,
  layerCount: 1,
  directionCount: 1,
  tokens: text.split(' ').map((token, id) => ({ text: token, id, isUnknown: false })),
  truncated: 0,
  signals: [{ name: 'h', range: [-1, 1] }],
  layers: [[{ layer: 0, direction: 0, signals: { h: new Float32Array(2 * text.split(' ').length) } }]],
  ...part,
});

async function loaded(saved?: unknown) {
  const made = makeStore(saved);
  const { store, next } = made;
  void store.load();
  (await next('runs')).answer({ runs: [makeRun('a', 0), makeRun('b', 1)], canTrace: true });
  (await next('traceSources')).answer({
    epochs: [0, 2],
    best: 2,
    layerCount: 1,
    probes: [{ text: 'the probe', epochs: [0, 1, 2] }],
  });
  (await next('trace')).answer(traceOf('the probe'));
  await eventually('a trace', async () => store.trace !== undefined);
  return made;
}

test('it begins with the newest run, its best weights and its first probe', async () => {
  const { store, calls } = await loaded();
  const { params } = calls.find(({ method }) => method === 'trace')!;
  assert.deepEqual(params, { runId: 'a', epoch: undefined, text: 'the probe', layers: [0] });
  assert.equal(store.isTracing, false);
});

test('a newer text cancels the older question, whose late answer is dropped', async () => {
  const { store, next } = await loaded();
  store.change({ text: 'first' });
  const first = await next('trace', 2);
  store.change({ text: 'second text' });
  assert.ok(first.signal?.aborted);
  const second = await next('trace', 3);
  second.answer(traceOf('second text'));
  first.answer(traceOf('first'));
  await eventually('the newer one shows', async () => store.trace?.text === 'second text');
  await new Promise((settle) => setTimeout(settle, 10));
  assert.equal(store.trace?.text, 'second text');
});

test('the same question is not asked twice, and typing quickly asks once', async () => {
  const { store, calls, next } = await loaded();
  store.change({ zoom: 3 });
  store.change({ order: 'peak' });
  for (const text of ['t', 'ty', 'typ', 'typed']) store.change({ text });
  assert.equal((await next('trace', 2)).params.text, 'typed');
  assert.equal(calls.filter(({ method }) => method === 'trace').length, 2);
});

test('the equation follows the cursor; what is hovered comes before what was chosen', async () => {
  const { store, next } = await loaded();
  store.choose({ unit: 1, token: 0 });
  const first = await next('equation');
  store.hover({ unit: 0, token: 1 });
  assert.ok(first.signal?.aborted);
  assert.deepEqual(store.place, { unit: 0, token: 1 });
  (await next('equation', 2)).answer({ unit: 0 });
  await eventually('its equation', async () => store.equation !== undefined);
  store.hover(undefined);
  assert.deepEqual(store.place, { unit: 1, token: 0 });
  assert.equal(store.equation, undefined);
});

test('a cell outside of a shorter text is none, and is there again in a longer one', async () => {
  const { store, next } = await loaded();
  store.choose({ unit: 1, token: 1 });
  store.change({ text: 'one' });
  (await next('trace', 2)).answer(traceOf('one'));
  await eventually('the short text', async () => store.trace?.text === 'one');
  assert.equal(store.place, undefined);
  store.change({ text: 'one two' });
  (await next('trace', 3)).answer(traceOf('one two'));
  await eventually('the long text', async () => store.trace?.text === 'one two');
  assert.deepEqual(store.place, { unit: 1, token: 1 });
});

test('pins are of a layer and direction, and are kept', async () => {
  const { store, saved } = await loaded();
  store.togglePin(1);
  store.togglePin({ layer: 0, direction: 1, unit: 0 });
  assert.deepEqual(store.pinnedUnits, [1]);
  store.togglePin(1);
  assert.deepEqual(store.pinnedUnits, []);
  assert.deepEqual((saved() as { pinned: unknown }).pinned, [{ layer: 0, direction: 1, unit: 0 }]);
});

test('another run begins at its first layer with its best weights', async () => {
  const { store, next } = await loaded({ runId: 'a', epoch: 0, layer: 0, text: 'kept' });
  store.showRun('b');
  (await next('traceSources', 2)).answer({ epochs: [0], best: 1, layerCount: 1, probes: [] });
  const { params } = await next('trace', 2);
  assert.deepEqual(params, { runId: 'b', epoch: undefined, text: 'kept', layers: [0] });
});

test('a focus of the host shows its text', async () => {
  const { store, next, send } = await loaded();
  send('focus', { runId: 'a', text: 'selected words', epoch: 0 });
  const { params } = await next('trace', 2);
  assert.deepEqual([params.text, params.epoch], ['selected words', 0]);
  assert.equal(store.state.text, 'selected words');
});
