// Select and match against a brute-force reference that knows the definition only, over random signals, batches, windows and conditions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncodedSet } from '../../../extension/data/types.ts';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import {
  BestSpans,
  jaccard,
  type SpanHit,
  type SpanPattern,
  SpanScanner,
  unitsOn,
} from '../../../extension/engine/trace/match.ts';
import { traceText } from '../../../extension/engine/trace/traceText.ts';
import type { RunModel } from '../../../extension/node/runModel.ts';
import { matchSet, matchText, type Selection } from '../../../extension/node/trace/runMatch.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { shapeOf } from './support.ts';

const H = 7;

/** Values that stay on one side of zero for a while, so that spans exist. */
function randomSignal(tokens: number, seed: number): Float32Array {
  const rng = new Rng(seed, 'sample');
  const values = new Float32Array(tokens * H);
  const now = Float32Array.from({ length: H }, () => rng.nextFloat() - 0.5);
  for (let token = 0; token < tokens; token++) {
    for (let unit = 0; unit < H; unit++) {
      if (rng.nextFloat() < 0.3) now[unit] = rng.nextFloat() - 0.5;
      values[token * H + unit] = now[unit];
    }
  }
  return values;
}

/** The definition, word for word. */
function bruteUnits(values: Float32Array, from: number, pattern: SpanPattern): number[] {
  const T = values.length / H;
  const isOn = (token: number, unit: number): boolean =>
    token < 0 || token >= T ? false : values[token * H + unit] >= pattern.threshold;
  return Array.from({ length: H }, (_, unit) => unit).filter((unit) => {
    for (let token = from; token < from + pattern.length; token++) if (!isOn(token, unit)) return false;
    if (pattern.isOffLeft && isOn(from - 1, unit)) return false;
    return !(pattern.isOffRight && isOn(from + pattern.length, unit));
  });
}

/** All spans of all texts, sorted, those that overlap a better one left out. */
function bruteHits(
  texts: readonly Float32Array[],
  selected: readonly number[],
  pattern: SpanPattern,
  top: number,
): SpanHit[] {
  const all = texts.flatMap((values, text) =>
    Array.from({ length: Math.max(0, values.length / H - pattern.length + 1) }, (_, position): SpanHit => {
      const units = bruteUnits(values, position, pattern);
      const shared = units.filter((unit) => selected.includes(unit)).length;
      const union = new Set([...units, ...selected]).size;
      return { text, position, jaccard: union === 0 ? 0 : shared / union, count: units.length, shared };
    }),
  );
  all.sort((a, b) => b.jaccard - a.jaccard || a.text - b.text || a.position - b.position);
  const kept: SpanHit[] = [];
  for (const hit of all) {
    const overlaps = kept.some(
      ({ text, position }) => text === hit.text && Math.abs(position - hit.position) < pattern.length,
    );
    if (hit.shared > 0 && !overlaps) kept.push(hit);
  }
  return kept.slice(0, top);
}

test('spans of random signals: units, scores and the best places equal the brute-force reference', () => {
  let found = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const rng = new Rng(seed, 'sample', 9);
    const texts = Array.from({ length: 1 + rng.nextInt(6) }, (_, at) =>
      randomSignal(1 + rng.nextInt(30), seed * 100 + at),
    );
    const pattern: SpanPattern = {
      threshold: rng.nextFloat() * 0.6 - 0.3,
      length: 1 + rng.nextInt(4),
      isOffLeft: rng.nextInt(2) === 1,
      isOffRight: rng.nextInt(2) === 1,
    };
    const [first] = texts;
    const from = rng.nextInt(Math.max(1, first.length / H - pattern.length + 1));
    const selected = unitsOn(first, H, from, pattern);
    assert.deepEqual([...selected], bruteUnits(first, from, pattern));
    const top = 1 + rng.nextInt(8);
    const best = new BestSpans(top);
    for (const [text, values] of texts.entries()) {
      const tokens = values.length / H;
      const scores = { count: new Uint16Array(tokens), shared: new Uint16Array(tokens) };
      const scanner = new SpanScanner(pattern, { selected, hiddenSize: H, scores });
      const cut = rng.nextInt(tokens + 1) * H;
      scanner.add(values.subarray(0, cut));
      scanner.add(values.subarray(cut));
      scanner.end();
      best.add(text, scores, { selected: selected.length, length: pattern.length });
    }
    assert.deepEqual(best.hits, bruteHits(texts, [...selected], pattern, top), `seed ${seed}`);
    found += best.hits.length;
  }
  assert.ok(found > 300, `${found} hits in all: too few to tell anything`);
});

test('Jaccard of nothing shared is 0, of the same units 1', () => {
  assert.deepEqual([jaccard(0, 0, 0), jaccard(3, 0, 4), jaccard(3, 3, 3), jaccard(4, 2, 3)], [0, 0, 1, 0.4]);
});

function setOf(texts: readonly Uint32Array[]): EncodedSet {
  return {
    count: texts.length,
    labels: new Int32Array(texts.length),
    length: (at) => texts[at].length,
    tokens: (at) => texts[at],
    place: (at) => ({ path: 'texts', line: at + 1 }),
  };
}

const randomTexts = (count: number, longest: number): Uint32Array[] => {
  const rng = new Rng(5, 'sample');
  return Array.from({ length: count }, () =>
    Uint32Array.from({ length: 1 + rng.nextInt(longest) }, () => 1 + rng.nextInt(11)),
  );
};

function selectionOf(change: Partial<SpanPattern>, direction: 0 | 1 = 0): Selection {
  const pattern = { threshold: 0.02, length: 2, isOffLeft: false, isOffRight: false, ...change };
  const query = {
    text: '',
    layer: 1,
    direction,
    signal: 'c',
    from: 0,
    to: 1,
    threshold: pattern.threshold,
    top: 25,
  } as const;
  return { query, pattern, units: Uint32Array.of(0, 2, 3) };
}

const searching = { signal: new AbortController().signal, onProgress: () => undefined };

for (const direction of [0, 1] as const) {
  test(`a data set, batch by batch, direction ${direction}: equals tracing each text by itself`, async () => {
    const shape = shapeOf('lstm', { hiddenSize: H, layers: 2, bidirectional: true });
    const run = { model: createModel(shape, createParams(shape, 2)) } as RunModel;
    const texts = randomTexts(400, 25);
    for (const change of [{}, { isOffLeft: true, length: 3 }, { isOffRight: true, threshold: 0.05 }]) {
      const selection = selectionOf(change, direction);
      const { hits, tokensRead } = await matchSet(run, setOf(texts), selection, searching);
      const signals = texts.map((ids) => traceText(run.model, ids).layers[1][direction].signals.c as Float32Array);
      assert.deepEqual(hits, bruteHits(signals, [0, 2, 3], selection.pattern, 25));
      assert.ok(hits.length > 5);
      assert.equal(
        tokensRead,
        texts.reduce((sum, { length }) => sum + length, 0),
      );
    }
  });
}

test('running text in streams and windows: equals reading each stream by itself', async () => {
  const shape = shapeOf('lstm', { hiddenSize: H, layers: 2, bidirectional: false, vocabulary: 12, classes: 12 });
  delete shape.model.pooling;
  const run = { model: createModel(shape, createParams(shape, 2)) } as RunModel;
  const [ids] = randomTexts(1, 5000).map(() => Uint32Array.from({ length: 5003 }, (_, at) => 1 + ((at * at * 7) % 11)));
  const selection = selectionOf({ isOffLeft: true });
  const { hits } = await matchText(run, { ids, count: ids.length }, selection, searching);
  const streamLength = Math.ceil((ids.length - 1) / 32);
  const streams = Array.from({ length: 32 }, (_, at) =>
    ids.subarray(at * streamLength, Math.min((at + 1) * streamLength, ids.length - 1)),
  );
  const signals = streams.map((own) => traceText(run.model, own).layers[1][0].signals.c as Float32Array);
  const expected = bruteHits(signals, [0, 2, 3], selection.pattern, 25).map((hit) => ({
    ...hit,
    text: 0,
    position: hit.text * streamLength + hit.position,
  }));
  assert.deepEqual(hits, expected);
  assert.ok(hits.length > 5);
});

test('a search that is cancelled ends at once', async () => {
  const shape = shapeOf('gru', { hiddenSize: H, layers: 2, bidirectional: false });
  const run = { model: createModel(shape, createParams(shape, 2)) } as RunModel;
  const controller = new AbortController();
  let told = 0;
  const onProgress = (): void => {
    told++;
    controller.abort();
  };
  const { query, ...rest } = selectionOf({});
  const selection = { ...rest, query: { ...query, signal: 'h' } as const };
  const work = { signal: controller.signal, onProgress };
  await assert.rejects(matchSet(run, setOf(randomTexts(2000, 25)), selection, work), CancelledError);
  assert.equal(told, 1);
});
