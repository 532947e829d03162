// What the rules quote is what was measured, and no rule takes what did worse. Reads docs/advisor.jsonl, which holds every run.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ahead, BEST_EPOCHS, GAINS, inPoints } from '../../../../extension/node/advise/gains.ts';
import {
  bestEpochsOf,
  gainsOf,
  type Measurements,
  parseMeasurements,
  tablesText,
} from '../../../bench/advice/tables.ts';

const docs = (name: string): Promise<string> => readFile(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
const measurements = async (): Promise<Measurements> => parseMeasurements(await docs('advisor.jsonl'));

/** Without what the formatter does to tables. */
const unaligned = (table: string): string => table.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

/** Points that are within the spread of seeds. */
const NOISE = 1;

test('gains and tables are those of the runs (else run: node test/bench/advice/advice.ts --tables && npm run format)', async () => {
  const results = await measurements();
  assert.deepEqual(GAINS, gainsOf(results));
  assert.deepEqual(BEST_EPOCHS, bestEpochsOf(results));
  assert.ok(unaligned(await docs('advisor.md')).endsWith(unaligned(tablesText(results))));
});

/** What the rules take, by table, where it was measured. */
const CHOICES: readonly [table: string, chosen: string, on: readonly string[]][] = [
  ['Encoder and pooling', 'BiGRU, last', ['trec', 'trec1000', 'names']],
  ['Encoder and pooling', 'BiGRU, max', ['sst2', 'takeaway', 'hotels']],
  ['Sizes', 'embedding 100, hidden 100', ['trec', 'sst2', 'names']],
  ['Sizes', 'embedding 50, hidden 50', ['trec1000']],
  ['Layers', '1', ['trec', 'trec1000', 'sst2', 'names']],
  // The rate, among others: what suits the small base does not decide it.
  ['Together', 'as advised', ['trec', 'trec1000', 'sst2', 'names']],
  ['Batch size', '50', ['trec', 'trec1000', 'sst2', 'names']],
  ['Dropout', 'embedding 0.2, head 0.5', ['trec', 'trec1000', 'sst2']],
  ['Dropout', 'embedding 0, head 0', ['names']],
  ['Tokens', 'words in lower case', ['trec', 'sst2']],
  ['Tokens', 'words by jieba', ['takeaway', 'hotels']],
  ['Together', 'as advised', ['names']],
  ['Together', 'as advised', ['trec', 'trec1000', 'sst2', 'names', 'takeaway', 'hotels']],
  ['Classes', 'no weights, best epoch by accuracy', ['names', 'hotels']],
  ['Longest text', '99 %, of hotels 80 %', ['trec', 'sst2', 'takeaway']],
];

for (const [table, chosen, on] of CHOICES) {
  test(`${table}: nothing was ahead of "${chosen}" by more than ${NOISE} point on ${on.join(', ')}`, () => {
    const rivals = Object.keys(GAINS[table]).filter((name) => on.every((data) => data in GAINS[table][name]));
    assert.ok(rivals.length > 1, 'there are others');
    const better = rivals.filter((rival) => ahead(table, rival, chosen, on) > NOISE);
    assert.deepEqual(better, []);
  });
}

test('points are said in words', () => {
  const points = [1.24, -0.96, 0.04, -2];
  assert.deepEqual(
    points.map((value) => inPoints(value)),
    ['1.2 points more', '1.0 point less', 'the same', '2.0 points less'],
  );
  assert.deepEqual(
    points.slice(0, 3).map((value) => inPoints(value, 'none')),
    ['1.2 points more than none', '1.0 point less than none', 'as much as none'],
  );
  assert.throws(() => ahead('Sizes', 'no such', 'embedding 50, hidden 50'), /not measured together/);
});
