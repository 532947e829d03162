// The readers on real files with all their traps: encodings, quotes, line breaks in fields, folders, both forms of a label.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFileSource } from '../../extension/node/fileSource.ts';
import { loadTexts } from '../../extension/node/loadText.ts';
import { resolveExperiment } from '../../extension/schema/resolved.ts';
import { dataPath, labelCounts, readAll } from './support.ts';

test('TREC: numbers as labels, Latin-1 found by failing UTF-8 and said', async () => {
  const { examples, rows, log } = await readAll(dataPath('trec6/TREC.train.all'));
  assert.equal(examples.length, 5452);
  assert.equal(rows.skipped, 0);
  assert.deepEqual(labelCounts(examples), { 0: 1162, 1: 1250, 2: 86, 3: 1223, 4: 835, 5: 896 });
  assert.ok(
    log.some((line) => /windows-1252: it is not UTF-8/.test(line)),
    log.join('\n'),
  );
  assert.ok(log.some((line) => /labelFirst: its lines begin with a label/.test(line)));
  assert.equal((await readAll(dataPath('trec6/TREC.test.all'))).examples.length, 500);
});

test('TREC with fine labels: the coarse part is the same six classes', async () => {
  const fine = await readAll(dataPath('trec6/TREC.train'), { format: 'labelFirst' });
  const coarse = await readAll(dataPath('trec6/TREC.train'), { format: 'labelFirst', labelPart: 'coarse' });
  assert.equal(fine.examples.length, 5452);
  assert.ok(Object.keys(labelCounts(fine.examples)).every((label) => /^[A-Z]+:\w+$/.test(label)));
  assert.deepEqual(labelCounts(coarse.examples), { ABBR: 86, DESC: 1162, ENTY: 1250, HUM: 1223, LOC: 835, NUM: 896 });
  assert.ok(fine.examples.every(({ text }) => !text.includes('\ufffd')));
});

test('SST-2: label last and label first say the same', async () => {
  const counts = { 'train.tsv': 6920, 'dev.tsv': 872, 'test.tsv': 1821 };
  for (const [name, count] of Object.entries(counts)) {
    const last = await readAll(dataPath('sst2', name), { format: 'labelLast' });
    const part = name.replace('.tsv', '');
    const first = await readAll(dataPath('sst2', `stsa.binary.${part}`));
    assert.equal(last.examples.length, count, name);
    assert.equal(first.examples.length, count, name);
    assert.deepEqual(labelCounts(last.examples), labelCounts(first.examples));
  }
});

test('names18: one file a class, accents, the note on the source is no class', async () => {
  const { examples } = await readAll(dataPath('names18'));
  const counts = labelCounts(examples);
  assert.equal(examples.length, 20_050);
  assert.equal(Object.keys(counts).length, 18);
  assert.equal(counts.Russian, 9384);
  assert.equal(counts.Vietnamese, 73);
  assert.ok(examples.some(({ text }) => /[áéíóúñç]/.test(text)));
});

test('Chinese reviews: quoted commas and quotes, one empty review', async () => {
  const hotels = await readAll(dataPath('zh_sentiment/ChnSentiCorp_htl_all.csv'));
  assert.equal(hotels.rows.read, 7766);
  assert.equal(hotels.rows.skipped, 1);
  assert.equal(hotels.rows.bad[0].reason, 'emptyText');
  assert.ok(hotels.examples.some(({ text }) => text.includes('"')));
  const takeaways = await readAll(dataPath('zh_sentiment/waimai_10k.csv'));
  assert.equal(takeaways.examples.length, 11_987);
  assert.deepEqual(labelCounts(takeaways.examples), { 0: 7987, 1: 4000 });
});

test('lines of examples are the lines of the file', async () => {
  const { readFile } = await import('node:fs/promises');
  const path = dataPath('zh_sentiment/ChnSentiCorp_htl_all.csv');
  const lines = (await readFile(path, 'utf8')).split(/\r\n|\r|\n/);
  const { examples } = await readAll(path);
  for (const { text, label, line } of examples) {
    const start = `${label},${text.split('\n')[0].replaceAll('"', '""').slice(0, 20)}`;
    assert.equal(lines[line - 1].replace(',"', ',').slice(0, start.length), start, `line ${line}`);
  }
});

test('Tatoeba: a TSV without header, whose quotes are text', async () => {
  const { examples, rows, log } = await readAll(dataPath('tatoeba_eng_cmn/cmn.txt'), {
    format: 'tsv',
    textColumn: 0,
    labelColumn: 2,
  });
  assert.equal(rows.read, 26_388);
  assert.equal(examples.length, 26_388);
  assert.ok(
    examples.some(({ text }) => text.startsWith('"')),
    log.join('\n'),
  );
});

test('Penn Treebank as running text: as many tokens as the literature says, the end of a sentence among them', async () => {
  const part = (name: string) => ({ path: dataPath('ptb', `ptb.${name}.txt`) });
  const experiment = resolveExperiment(
    {
      task: 'languageModel',
      data: { train: part('train'), validation: part('valid'), test: part('test') },
      text: { tokenizer: { type: 'whitespace' } },
      model: { encoder: { type: 'lstm' } },
    },
    'ptb',
  );
  const { train, validation, test, tokenizer } = await loadTexts(experiment, '/', {
    files: createFileSource(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onLog: () => undefined,
  });
  assert.deepEqual([train.count, validation.count, test?.count], [929_589, 73_760, 82_430]);
  // 9,999 words, <unk> among them, and the end of a sentence; [PAD] and [UNK] are ours.
  assert.equal(tokenizer.vocabularySize, 10_000 + 2);
  assert.ok([train, validation, test].every((text) => text?.ids.every((id) => id > 1)));
  assert.equal(tokenizer.decode(train.ids.subarray(24, 27)), '\npierre <unk>');
});
