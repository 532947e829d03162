// All of TREC and 500 Chinese reviews: the same ids as Python `tokenizers`, by their hash (test/golden/tokenizers).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprintOf, idsOf, TOKENIZERS, trainTokenizer } from '../golden/tokenizers/settings.ts';
import { readTrec, readZh } from '../golden/tokenizers/texts.ts';
import { dataPath } from './support.ts';

const GOLDEN = join(import.meta.dirname, '../golden/tokenizers/hashes.json');
const hashes = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, string>;
const sets = { trec: [await readTrec(dataPath()), 5452], zh: [await readZh(dataPath()), 500] } as const;

for (const [set, [texts, count]] of Object.entries(sets)) {
  for (const name of Object.keys(TOKENIZERS)) {
    test(`${set}, ${name}: the same ids as Python`, () => {
      assert.equal(texts.length, count);
      const tokenizer = trainTokenizer(name, texts);
      assert.equal(fingerprintOf(texts.map((text) => idsOf(tokenizer, name, text))), hashes[`${set}/${name}`]);
    });
  }
}
