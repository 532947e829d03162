// Two traces beside each other: which part of each is shown, which token stands beside which, and what the other cell calls a signal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CELL_SIGNALS, type RecurrentCell, type SignalName, type Trace } from '../../../../extension/protocol/trace.ts';
import {
  type AnsweredTrace,
  counterpart,
  pairSides,
  placeOn,
  type WhatIsShown,
} from '../../../../webview/inspector/views/sides.ts';

interface Made {
  cell?: RecurrentCell;
  hiddenSize?: number;
  layers?: readonly number[];
  directions?: 1 | 2;
}

function traced(text: string, { cell = 'lstm', hiddenSize = 4, layers = [0], directions = 1 }: Made = {}) {
  const tokens = text.split(' ').map((token, id) => ({ text: token, id, isUnknown: false }));
  const signals = (): Trace['layers'][number][number]['signals'] =>
    Object.fromEntries(CELL_SIGNALS[cell].map((name) => [name, new Float32Array(tokens.length * hiddenSize)]));
  const trace: Trace = {
    runId: 'run',
    text,
    cell,
    hiddenSize,
    layerCount: 3,
    directionCount: directions,
    tokens,
    truncated: 0,
    signals: CELL_SIGNALS[cell].map((name) => ({ name })),
    layers: layers.map((layer) =>
      ([0, 1] as const).slice(0, directions).map((direction) => ({ layer, direction, signals: signals() })),
    ),
  };
  return { trace, question: { method: 'none' } } satisfies AnsweredTrace;
}

const signals = (left: SignalName, right: SignalName = left) => ({ left, right });
const SHOWN: WhatIsShown = { layer: 0, direction: 0, signals: signals('h') };

test('each side shows the layer and direction that are looked at, or the nearest that its network has', () => {
  const left = traced('a b', { layers: [1], directions: 2 });
  const right = traced('a b', { cell: 'gru', layers: [0], directions: 2 });
  const backward = pairSides({ left, right }, { ...SHOWN, layer: 1, direction: 1 })!;
  assert.deepEqual([backward.left.part.layer, backward.left.part.direction], [1, 1]);
  assert.deepEqual([backward.right.part.layer, backward.right.part.direction], [0, 1]);
  const forwardOnly = traced('a b', { cell: 'rnn' });
  const sides = pairSides({ left, right: forwardOnly }, { ...SHOWN, layer: 1, direction: 1 })!;
  assert.equal(sides.right.part.direction, 0);
  assert.equal(pairSides({ left, right: traced('a', { layers: [] }) }, SHOWN), undefined);
});

test('a signal that a cell does not have counts as h, and its picture is of that signal', () => {
  const pair = { left: traced('a b'), right: traced('a b', { cell: 'gru' }) };
  const { left, right } = pairSides(pair, { ...SHOWN, signals: signals('f') })!;
  assert.equal(left.signal, 'f');
  assert.equal(right.signal, 'h');
  assert.equal(right.matrix.values, right.part.signals.h);
});

test('the cursor of one side is at the same unit of the other, at the token beside its own', () => {
  const pair = { left: traced('who wrote it'), right: traced('tell me who wrote it', { hiddenSize: 6 }) };
  const sides = pairSides(pair, SHOWN)!;
  const onLeft = { side: 'left', place: { row: 3, column: 1 } } as const;
  assert.deepEqual(placeOn('left', sides, onLeft), { row: 3, column: 1 });
  assert.deepEqual(placeOn('right', sides, onLeft), { row: 3, column: 3 });
  assert.deepEqual(placeOn('left', sides, { side: 'right', place: { row: 0, column: 4 } }), { row: 0, column: 2 });
  assert.equal(placeOn('left', sides, { side: 'right', place: { row: 0, column: 0 } }), undefined, 'an added token');
  assert.equal(placeOn('left', sides, { side: 'right', place: { row: 5, column: 4 } }), undefined, 'no such unit');
  assert.equal(placeOn('left', sides, { side: 'left', place: { row: 0, column: 9 } }), undefined, 'a shorter text');
  assert.equal(placeOn('left', sides, undefined), undefined);
});

test('what an LSTM keeps with f a GRU keeps with z; what is new is g in the one and n in the other', () => {
  assert.equal(counterpart('f', 'gru'), 'z');
  assert.equal(counterpart('z', 'lstm'), 'f');
  assert.equal(counterpart('g', 'gru'), 'n');
  assert.equal(counterpart('n', 'lstm'), 'g');
  assert.equal(counterpart('h', 'rnn'), 'h');
  assert.equal(counterpart('o', 'gru'), undefined);
  assert.equal(counterpart('f', 'rnn'), undefined);
});
