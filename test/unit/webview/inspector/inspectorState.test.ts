import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type InspectorState,
  laterState,
  parseInspectorState,
  stateOfFocus,
} from '../../../../webview/inspector/inspectorState.ts';
import { howToAsk } from '../../../../webview/inspector/traceQuestion.ts';

const state: InspectorState = {
  savedAt: 1_700_000_000_000,
  runId: 'a',
  epoch: 0,
  text: 'a text',
  signal: 'tanhC',
  layer: 1,
  direction: 1,
  order: 'peak',
  isGradientOn: true,
  zoom: 2.5,
  place: { unit: 3, token: 0 },
  pinned: [{ layer: 1, direction: 0, unit: 9 }],
  view: 'saturation',
  views: { saturation: { left: 0.2 } },
};

test('what is saved comes back', () => {
  assert.deepEqual(parseInspectorState(JSON.parse(JSON.stringify(state))), state);
});

test('of the page and the host the later copy counts, and no copy or a broken one never does', () => {
  const later = { ...state, savedAt: 1_700_000_000_001, text: 'later' };
  assert.equal(laterState(state, JSON.stringify(later)).text, 'later');
  assert.equal(laterState(later, JSON.stringify(state)).text, 'later');
  for (const kept of [undefined, '', '{', 'null', '7', '{"text":"x"}']) assert.equal(laterState(state, kept), state);
  const fresh = parseInspectorState(undefined);
  assert.equal(laterState(fresh, undefined), fresh);
  assert.equal(laterState(fresh, JSON.stringify(state)).text, 'a text');
});

test('what was not saved by us is left out, piece by piece', () => {
  const plain = parseInspectorState(undefined);
  assert.deepEqual([plain.text, plain.signal, plain.layer, plain.zoom, plain.pinned], [undefined, 'h', 0, 1, []]);
  const hostile = {
    runId: 7,
    epoch: -1,
    signal: 'constructor',
    layer: 1e9,
    direction: 2,
    order: '__proto__',
    zoom: Number.NaN,
    place: { unit: 1.5, token: 0 },
    pinned: [null, { layer: 0, direction: 0, unit: 'x' }, { layer: 0, direction: 1, unit: 4 }],
    views: 'no',
  };
  const { pinned, ...rest } = parseInspectorState(hostile);
  assert.deepEqual(pinned, [{ layer: 0, direction: 1, unit: 4 }]);
  const { pinned: _, ...nothing } = plain;
  assert.deepEqual(rest, nothing);
});

test('a focus changes what it names and leaves the rest', () => {
  assert.deepEqual(stateOfFocus({}), {});
  assert.deepEqual(stateOfFocus({ text: 'x' }), { text: 'x', place: undefined });
  assert.equal({ ...state, ...stateOfFocus({ runId: 'b' }) }.epoch, undefined);
  assert.equal({ ...state, ...stateOfFocus({ runId: 'b', epoch: 2 }) }.epoch, 2);
});

const sources = { epochs: [0, 3], best: 3, layerCount: 1, probes: [{ text: 'probe', epochs: [0, 1, 2, 3] }] };
const asked = { runId: 'r', sources, text: 'any', layer: 1, canTrace: true };

test('a trace is computed where there are weights', () => {
  assert.deepEqual(howToAsk(asked), {
    method: 'trace',
    params: { runId: 'r', epoch: undefined, text: 'any', layers: [1] },
  });
  assert.equal(howToAsk({ ...asked, epoch: 3, text: 'probe' }).method, 'trace');
});

test('a probe of another epoch, or where nothing may be computed, is read from what was stored', () => {
  const params = { runId: 'r', probe: 0, epoch: 2, layers: [1] };
  assert.deepEqual(howToAsk({ ...asked, epoch: 2, text: 'probe' }), { method: 'probe', params });
  const restricted = { ...asked, text: 'probe', canTrace: false };
  assert.deepEqual(howToAsk(restricted), { method: 'probe', params: { ...params, epoch: 3 } });
});

test('what cannot be answered says why, and no text asks nothing', () => {
  const noWeights = howToAsk({ ...asked, epoch: 2 });
  assert.ok(noWeights.method === 'none' && /epoch 2 were not kept/.test(noWeights.reason?.message ?? ''));
  const restricted = howToAsk({ ...asked, canTrace: false });
  assert.ok(restricted.method === 'none' && /computing is off/.test(restricted.reason?.message ?? ''));
  assert.deepEqual(howToAsk({ ...asked, text: '' }), { method: 'none' });
});
