// The bench's own arithmetic and page: medians, ratios round by round, and a table that says what was measured. No speed is asserted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawGrowth } from '../../bench/growthPicture.ts';
import { median, type Side, spreadOf, takeTurns, timeSteps } from '../../bench/measure.ts';
import { type Row, rowsOf, type Section } from '../../bench/results.ts';
import { benchmarksPage } from '../../bench/tables.ts';

const sectionOf = (rows: Row[]): Section => ({
  title: 'A step',
  about: 'What is done.',
  date: '2026-01-02',
  machine: { processor: 'Some CPU', threads: 2, memoryGiB: 8, system: 'Linux 6 x64' },
  versions: { Gatescope: 'abc', PyTorch: '2.15' },
  rounds: 3,
  rows,
});

test('median and spread', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.throws(() => median([]), /no median/);
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, low: 1, high: 3 });
});

test('a turn has at least three steps', () => {
  let steps = 0;
  const times = timeSteps(() => {
    steps++;
  }, 0);
  assert.equal(times.length, 3);
  assert.equal(steps, 3);
});

test('sides take turns; the first turn of each does not count; all are closed', async () => {
  const calls: string[] = [];
  const side = (name: string): Side => ({
    name,
    isPeer: false,
    turn: async () => ({ milliseconds: calls.push(name) }),
    close: async () => void calls.push(`close ${name}`),
  });
  const turns = await takeTurns([side('a'), side('b')], { rounds: 2, turnMilliseconds: 1 });
  assert.deepEqual(calls, ['a', 'b', 'a', 'b', 'a', 'b', 'close a', 'close b']);
  assert.deepEqual(
    turns.map((own) => own.map(({ milliseconds }) => milliseconds)),
    [
      [3, 5],
      [4, 6],
    ],
  );
});

test('rates, shares of the roofline and ratios are taken round by round', () => {
  const sides = [
    { name: 'ours', isPeer: false, peakBytes: () => 2 ** 20 },
    { name: 'theirs', isPeer: true },
  ];
  const turns = [
    [
      { milliseconds: 1, peak: 4 },
      { milliseconds: 2, peak: 1 },
      { milliseconds: 4, peak: 1 },
    ],
    [{ milliseconds: 3 }, { milliseconds: 2 }, { milliseconds: 16 }],
  ];
  const [ours, theirs] = rowsOf({ what: 'x', threads: 1, flops: 2e6, tokens: 10 }, sides, turns);
  assert.deepEqual(ours.values.gflops, { median: 1, low: 0.5, high: 2 });
  // 2/4, 1/1, 0.5/1
  assert.deepEqual(ours.values.rooflineShare, { median: 0.5, low: 0.5, high: 1 });
  assert.deepEqual(ours.values.tokensPerSecond, { median: 5000, low: 2500, high: 10_000 });
  assert.deepEqual(ours.speedOver, { theirs: { median: 3, low: 1, high: 4 } });
  assert.equal(theirs.speedOver, undefined);
  assert.equal(theirs.values.rooflineShare, undefined);
});

test('the page has machine, date, versions, and a column for each measure that a row has', () => {
  const spread = { median: 2, low: 1.5, high: 2.5 };
  const page = benchmarksPage(
    {
      step: sectionOf([
        { what: 'LSTM', side: 'ours', threads: 2, values: { milliseconds: spread }, speedOver: { PyTorch: spread } },
        { what: 'LSTM', side: 'PyTorch', threads: 2, values: { milliseconds: spreadOf([250]) } },
      ]),
    },
    false,
  );
  assert.ok(
    page.includes('## A step\n\nWhat is done.\n\n2026-01-02, Some CPU, 2 hardware threads, 8 GiB, Linux 6 x64'),
  );
  assert.ok(page.includes('Gatescope abc, PyTorch 2.15; 3 rounds.'));
  assert.ok(page.includes('| what | threads | side | ms a step | times as fast as PyTorch |\n| --- |'));
  assert.ok(page.includes('| LSTM | 2 | ours | 2 (1.5–2.5) | **2.00 (1.50–2.50)** |'));
  assert.ok(page.includes('| LSTM | 2 | PyTorch | 250 |  |'));
  assert.ok(!page.includes('.svg'));
});

test('the picture has a panel an axis and a line a side', () => {
  const point = (side: string, axis: string, value: number, ms: number): Row => ({
    what: axis,
    side,
    threads: 1,
    at: { axis, value },
    values: { milliseconds: spreadOf([ms]) },
  });
  const svg = drawGrowth([
    point('a & b', 'H', 64, 1),
    point('a & b', 'H', 128, 10),
    point('c', 'H', 64, 2),
    point('c', 'T', 1024, 3000),
  ]);
  assert.equal(svg.match(/<g /g)?.length, 2);
  assert.equal(svg.match(/stroke-width="2"/g)?.length, 3);
  // One decade: 1 ms at the bottom, 10 ms at the top, 64 at the left, 128 at the right.
  assert.ok(svg.includes('d="M56.0 220.0L352.0 28.0"'));
  assert.ok(svg.includes('>10 ms<') && svg.includes('>1 s<') && svg.includes('>10 s<') && svg.includes('>1,024<'));
  assert.ok(svg.includes('a &amp; b') && !svg.includes('a & b'));
  assert.ok(!svg.includes('NaN'));
});
