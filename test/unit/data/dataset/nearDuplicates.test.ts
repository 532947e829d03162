// MinHash against brute force: what it finds is there, and it finds nearly all; percentiles, equal texts and lengths against plain arrays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lengths } from '../../../../extension/data/survey/lengths.ts';
import {
  jaccard,
  MIN_CHARACTERS,
  NearDuplicates,
  SIMILARITY,
  shinglesOf,
} from '../../../../extension/data/survey/nearDuplicates.ts';
import { SeenTexts } from '../../../../extension/data/survey/seenTexts.ts';
import { Rng } from '../../../../extension/util/rng.ts';

const WORDS = 'the a film movie great bad plot is was and but with story of very not so its cast scene ending'.split(
  ' ',
);

/** Texts of which many are copies of earlier ones with a few words changed. */
function makeTexts(count: number, seed: number): string[] {
  const rng = new Rng(seed, 'sample');
  const texts: string[] = [];
  for (let at = 0; at < count; at++) {
    const isCopy = texts.length > 0 && rng.nextInt(3) === 0;
    const words = isCopy
      ? texts[rng.nextInt(texts.length)].split(' ')
      : Array.from({ length: 8 + rng.nextInt(30) }, () => `${WORDS[rng.nextInt(WORDS.length)]}${rng.nextInt(60)}`);
    const changes = isCopy ? rng.nextInt(4) : 0;
    for (let change = 0; change < changes; change++)
      words[rng.nextInt(words.length)] = WORDS[rng.nextInt(WORDS.length)];
    texts.push(words.join(' '));
  }
  return texts;
}

/** The same grouping by comparing with every text that is the first of its kind. */
function bruteForce(texts: readonly string[]): (number | undefined)[] {
  const firsts: { id: number; shingles: Uint32Array }[] = [];
  return texts.map((text, id) => {
    if (text.length < MIN_CHARACTERS) return undefined;
    const shingles = shinglesOf(text);
    let best: { id: number; similarity: number } | undefined;
    for (const first of firsts) {
      const similarity = jaccard(shingles, first.shingles);
      if (similarity >= SIMILARITY && similarity > (best?.similarity ?? 0)) best = { id: first.id, similarity };
    }
    if (!best) firsts.push({ id, shingles });
    return best?.id;
  });
}

test('near-duplicates are those of brute force', () => {
  let [found, expected, same] = [0, 0, 0];
  for (let seed = 1; seed <= 5; seed++) {
    const texts = makeTexts(600, seed);
    const near = new NearDuplicates(10_000);
    const truth = bruteForce(texts);
    for (const [id, text] of texts.entries()) {
      const met = near.meet(text, id);
      if (met !== undefined) found++;
      if (truth[id] !== undefined) expected++;
      if (met !== undefined && met === truth[id]) same++;
    }
  }
  assert.ok(expected > 300, `${expected} pairs are too few to tell`);
  assert.ok(same >= expected * 0.995, `${same} of ${expected} found`);
  assert.ok(same >= found * 0.995, `${found - same} of ${found} are others`);
});

test('similarity is that of sets of 5-grams, without case and punctuation', () => {
  const sets = [
    'Was it good? Yes, it was very good.',
    'was it good yes it was VERY good',
    'was it bad? No, it was not.',
  ];
  const grams = (text: string): Set<string> => {
    const plain = text
      .toLowerCase()
      .replace(/[^a-z]+/g, ' ')
      .trim();
    return new Set(Array.from({ length: plain.length - 4 }, (_, at) => plain.slice(at, at + 5)));
  };
  assert.equal(jaccard(shinglesOf(sets[0]), shinglesOf(sets[1])), 1);
  const [a, b] = [grams(sets[0]), grams(sets[2])];
  const common = [...a].filter((gram) => b.has(gram)).length;
  assert.equal(jaccard(shinglesOf(sets[0]), shinglesOf(sets[2])), common / (a.size + b.size - common));
});

test('texts beyond the bound are still compared with those within, and are counted', () => {
  const near = new NearDuplicates(2);
  const texts = makeTexts(40, 9).filter((_, at) => at < 40);
  for (const [id, text] of texts.entries()) near.meet(text, id);
  assert.ok(near.left > 0);
  assert.equal(near.meet(texts[0], 99), 0);
});

test('a text is met again however many others come, up to the bound', () => {
  const seen = new SeenTexts(20_000);
  const rowOf = (at: number) => ({ path: at % 3, line: at + 1, label: at % 7, part: at % 2 });
  for (let at = 0; at < 30_000; at++) assert.equal(seen.meet(at * 4294967311, rowOf(at)), undefined);
  assert.equal(seen.left, 10_000);
  for (let at = 0; at < 20_000; at += 13) assert.deepEqual(seen.meet(at * 4294967311, rowOf(0)), rowOf(at));
});

test('percentiles are those of the sorted list', () => {
  const rng = new Rng(3, 'sample');
  const values = Array.from({ length: 1001 }, () => rng.nextInt(5000));
  const lengths = new Lengths();
  for (const value of values) lengths.add(value);
  lengths.add(1_000_000);
  const sorted = [...values, 1_000_000].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1];
  assert.deepEqual(lengths.percentiles(), {
    min: sorted[0],
    median: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: 1_000_000,
  });
  assert.equal(lengths.countAbove(4000), sorted.filter((value) => value > 4000).length);
});

test('texts that come when it is full are compared and not kept', () => {
  const near = new NearDuplicates(50);
  const texts = makeTexts(2000, 9);
  const found = texts.flatMap((text, id) => near.meet(text, id) ?? []);
  assert.equal(near.size, 50);
  assert.ok(near.left > 500, `${near.left} left`);
  const kept = new Set(
    bruteForce(texts)
      .flatMap((first, id) => (first === undefined ? [id] : []))
      .slice(0, 50),
  );
  assert.ok(found.length > 0 && found.every((id) => kept.has(id)));
});
