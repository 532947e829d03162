// What the page counts itself, of stored probes and before a search, is what the engine counts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unitsOn as engineUnitsOn } from '../../../../extension/engine/trace/match.ts';
import { DirectionCounter } from '../../../../extension/engine/trace/statistics.ts';
import { CELL_SIGNALS, GATE_SIGNALS, type SignalName } from '../../../../extension/protocol/trace.ts';
import { Rng } from '../../../../extension/util/rng.ts';
import { saturationShares } from '../../../../webview/inspector/views/saturation.ts';
import { unitsOn } from '../../../../webview/inspector/views/spanOn.ts';

const rng = new Rng(9, 'sample');
/** Values of a coarse grid, so that many lie on a threshold. */
const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => rng.nextInt(21) / 20);

test('shares of saturated steps', () => {
  for (const cell of ['lstm', 'gru'] as const) {
    for (const thresholds of [
      { left: 0.1, right: 0.9 },
      { left: 0.45, right: 0.55 },
    ]) {
      const [units, tokens] = [7, 13];
      const signals = Object.fromEntries(CELL_SIGNALS[cell].map((name) => [name, draw(units * tokens)]));
      const options = { cell, hiddenSize: units, thresholds, correlate: 'h' as const, annotationCount: 0 };
      const counter = new DirectionCounter({ layer: 0, direction: 0 }, options);
      counter.add({ layer: 0, direction: 0, signals }, []);
      const { saturation } = counter.finish();
      assert.deepEqual(
        new Set(saturation.map(({ signal }) => signal)),
        new Set(CELL_SIGNALS[cell].filter((name) => GATE_SIGNALS.has(name))),
      );
      for (const { signal, left, right } of saturation) {
        const shares = saturationShares(signals[signal as SignalName], units, thresholds);
        assert.deepEqual({ left, right }, shares);
      }
    }
  }
});

test('units that are on through a span', () => {
  for (let round = 0; round < 300; round++) {
    const [units, tokens] = [1 + rng.nextInt(8), 1 + rng.nextInt(6)];
    const values = draw(units * tokens);
    const from = rng.nextInt(tokens);
    const to = from + rng.nextInt(tokens - from);
    const common = { threshold: 0.5, isOffLeft: rng.nextInt(2) === 1, isOffRight: rng.nextInt(2) === 1 };
    const expected = engineUnitsOn(values, units, from, { ...common, length: to - from + 1 });
    assert.deepEqual(unitsOn(values, units, { ...common, from, to }), [...expected]);
  }
});
