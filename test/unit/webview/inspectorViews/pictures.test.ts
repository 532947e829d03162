// The numbers behind the pictures: saturation, half-lives, connectivity, attributions, spans, epochs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceSources } from '../../../../extension/protocol/trace.ts';
import type { DirectionStatistics, TraceStatistics } from '../../../../extension/protocol/traceAnalysis.ts';
import { Rng } from '../../../../extension/util/rng.ts';
import { fullBar, largestTokens, shareOfToken } from '../../../../webview/inspector/views/attribution.ts';
import { connectivityMatrix, logScale } from '../../../../webview/inspector/views/connectivityMatrix.ts';
import { epochsOf } from '../../../../webview/inspector/views/epochsOf.ts';
import { halfLifeBins, median } from '../../../../webview/inspector/views/histogram.ts';
import {
  meanShares,
  nearestUnit,
  nextUnit,
  saturationShares,
  spreadOf,
  unitsAt,
} from '../../../../webview/inspector/views/saturation.ts';
import { unitsOn } from '../../../../webview/inspector/views/spanOn.ts';
import { rowsByCorrelation, rowsOfKind } from '../../../../webview/inspector/views/unitLists.ts';
import { valueAt } from '../../../../webview/shared/heatmap/matrix.ts';

test('saturation: shares of steps below and above the thresholds, which themselves are neither', () => {
  // Rows are tokens, columns are units.
  const values = Float32Array.of(0.05, 0.95, 0.5, 0.05, 0.5, 0.5, 0.5, 0.95, 0.25, 0.05, 0.95, 0.75);
  const shares = saturationShares(values, 3, { left: 0.25, right: 0.75 });
  assert.deepEqual([...shares.left], [0.75, 0, 0]);
  assert.deepEqual([...shares.right], [0, 0.75, 0]);
  assert.deepEqual(meanShares(shares), { left: 0.25, right: 0.25 });
  const none = saturationShares(new Float32Array(), 2, { left: 0.1, right: 0.9 });
  assert.ok(none.left.every(Number.isNaN));
});

test('the spread of shares is their mean and the middle eight tenths', () => {
  const shares = Float32Array.from({ length: 11 }, (_, unit) => ((unit * 7) % 11) / 8);
  assert.deepEqual(spreadOf(shares), { mean: 5 / 8, low: 1 / 8, high: 9 / 8 });
  assert.deepEqual(spreadOf(Float32Array.of(0.5)), { mean: 0.5, low: 0.5, high: 0.5 });
  assert.ok(Number.isNaN(spreadOf(new Float32Array()).mean));
});

test('the nearest dot is meant by a click, and arrow keys reach every unit and stop at the ends', () => {
  const rng = new Rng(1, 'sample');
  const draw = (): Float32Array => Float32Array.from({ length: 40 }, () => rng.nextInt(5) / 10);
  const shares = { left: draw(), right: draw() };
  assert.equal(nearestUnit(shares, shares.left[7], shares.right[7])?.distance, 0);
  assert.ok(unitsAt(shares, 7).includes(7));
  for (const [forward, backward] of [
    ['right', 'left'],
    ['up', 'down'],
  ] as const) {
    let unit = nextUnit(shares, undefined, forward);
    for (let press = 0; press < 60; press++) unit = nextUnit(shares, unit, backward);
    const seen = [unit];
    for (let press = 0; press < 60; press++) {
      unit = nextUnit(shares, unit, forward);
      seen.push(unit);
    }
    assert.equal(new Set(seen).size, 40);
    const axis = forward === 'right' ? shares.left : shares.right;
    assert.equal(axis[seen[0]], Math.min(...axis));
    assert.equal(axis[unit], Math.max(...axis));
  }
  assert.equal(nearestUnit({ left: new Float32Array(), right: new Float32Array() }, 0, 0), undefined);
});

test('half-lives: every value in the one bin that holds it, infinite ones in the last', () => {
  const rng = new Rng(2, 'sample');
  const values = Array.from({ length: 500 }, () => 2 ** (rng.nextInt(1400) / 100 - 4));
  values.push(0, 2 ** -2, 1, 256, Number.POSITIVE_INFINITY, Number.NaN);
  const bins = halfLifeBins(values);
  for (const { from, to, members } of bins) {
    for (const at of members) assert.ok(values[at] >= from && (values[at] < to || to === Number.POSITIVE_INFINITY));
  }
  assert.equal(bins.flatMap(({ members }) => members).length, values.length - 1);
  assert.ok(bins.at(-1)?.members.includes(values.indexOf(Number.POSITIVE_INFINITY)));
  for (let at = 1; at < bins.length; at++) assert.equal(bins[at].from, bins[at - 1].to);
});

test('the middle value, with infinite ones on its right and without what is no number', () => {
  assert.equal(median([3, Number.POSITIVE_INFINITY, 1, Number.NaN]), 3);
  assert.equal(median([1, 2, 3, 10]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('connectivity: rows are states and columns are tokens; zero has no colour', () => {
  const norms = Float32Array.of(1, 0, 0, 2, 3, 0, 4, 5, 6);
  const matrix = connectivityMatrix({ layer: 0, direction: 0, tokenCount: 3, norms });
  assert.equal(valueAt(matrix, { row: 2, column: 0 }), 4);
  assert.equal(valueAt(matrix, { row: 0, column: 2 }), 0);
  assert.equal(logScale(100), 2);
  assert.ok(Number.isNaN(logScale(0)));
});

test('attributions: bars by size, shares of all sizes, and the largest first', () => {
  const values = Float32Array.of(0.5, -2, 0, 1.5);
  assert.equal(fullBar(values), 2);
  assert.equal(fullBar(new Float32Array(3)), 1);
  assert.equal(shareOfToken(values, 1), 0.5);
  assert.equal(shareOfToken(new Float32Array(3), 1), 0);
  assert.deepEqual(largestTokens(values, 5), [1, 3, 0]);
});

test('units on through a span, against the rule as it is written', () => {
  const rng = new Rng(3, 'sample');
  for (let round = 0; round < 200; round++) {
    const [units, tokens] = [1 + rng.nextInt(6), 1 + rng.nextInt(7)];
    const values = Float32Array.from({ length: units * tokens }, () => rng.nextInt(11) / 10);
    const from = rng.nextInt(tokens);
    const to = from + rng.nextInt(tokens - from);
    const rule = { from, to, threshold: 0.5, isOffLeft: rng.nextInt(2) === 1, isOffRight: rng.nextInt(2) === 1 };
    const on = (token: number, unit: number): boolean => (values[token * units + unit] ?? 0) >= Math.fround(0.5);
    const expected = Array.from({ length: units }, (_, unit) => unit).filter((unit) => {
      const through = Array.from({ length: to - from + 1 }, (_, at) => on(from + at, unit)).every(Boolean);
      const before = from > 0 && on(from - 1, unit);
      const behind = to < tokens - 1 && on(to + 1, unit);
      return through && !(rule.isOffLeft && before) && !(rule.isOffRight && behind);
    });
    assert.deepEqual(unitsOn(values, units, rule), expected);
  }
  assert.deepEqual(
    unitsOn(new Float32Array(), 4, { from: 0, to: 0, threshold: 0, isOffLeft: false, isOffRight: false }),
    [],
  );
});

test('epochs that can be shown: with weights where computing is on, and as stored for a probe', () => {
  const sources: TraceSources = { epochs: [0, 4], best: 3, layerCount: 1, probes: [{ text: 'a', epochs: [0, 1, 2] }] };
  assert.deepEqual(epochsOf(sources, 'a', true), [0, 1, 2, 3, 4]);
  assert.deepEqual(epochsOf(sources, 'b', true), [0, 3, 4]);
  assert.deepEqual(epochsOf(sources, 'a', false), [0, 1, 2]);
  assert.deepEqual(epochsOf(sources, 'b', false), []);
});

test('lists of units name layer and direction, and correlations go by size without what is no number', () => {
  const part = (layer: number, direction: 0 | 1): DirectionStatistics => ({
    layer,
    direction,
    saturation: [],
    summary: [],
    halfLife: Float32Array.of(2, Number.POSITIVE_INFINITY, 0.5),
    integrators: Uint32Array.of(1),
    dead: new Uint32Array(),
    alwaysOn: new Uint32Array(),
    correlations: [Float32Array.of(0.5, -0.75 - layer / 10, Number.NaN)],
  });
  const statistics: TraceStatistics = {
    textCount: 1,
    tokenCount: 9,
    thresholds: { left: 0.1, right: 0.9 },
    correlated: 'c',
    annotations: [{ kind: 'position' }],
    layers: [
      [part(0, 0), part(0, 1)],
      [part(1, 0), part(1, 1)],
    ],
  };
  const integrators = rowsOfKind(statistics, 'integrators');
  assert.deepEqual(
    integrators.map(({ title }) => title),
    ['Layer 0, forward, unit 1', 'Layer 0, backward, unit 1', 'Layer 1, forward, unit 1', 'Layer 1, backward, unit 1'],
  );
  assert.equal(integrators[0].text, '∞');
  const rows = rowsByCorrelation(statistics, 0);
  assert.equal(rows.length, 8);
  assert.deepEqual(rows[0].place, { layer: 1, direction: 0, unit: 1 });
  assert.equal(rows[0].text, '−0.85');
  assert.deepEqual(rowsOfKind(statistics, 'dead'), []);
});
