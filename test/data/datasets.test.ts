// Import and findings on the real files, each as it is: one test a file or trap of ../shared/data/README.md.
import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createFileSource } from '../../extension/node/fileSource.ts';
import { type ImportWishes, proposeImport } from '../../extension/node/importDataset.ts';
import { surveyDataset } from '../../extension/node/surveyDataset.ts';
import type { DatasetReport } from '../../extension/protocol/datasetReport.ts';
import type { Dataset } from '../../extension/schema/dataset.ts';
import { UserError } from '../../extension/util/userError.ts';
import { dataPath } from './support.ts';

// The data is read-only, and a manifest lies above its data: so the data is linked into a folder that can be written.
const folder = await mkdtemp(join(tmpdir(), 'gatescope-datasets-'));
after(() => rm(folder, { recursive: true, force: true }));
await symlink(dataPath(), join(folder, 'data'));

interface Imported {
  manifest: Dataset;
  reasons: Record<string, string>;
  report: DatasetReport;
  codes: Record<string, number>;
}

async function importData(path: string, wishes: ImportWishes = {}): Promise<Imported> {
  const { dataset, reasons } = await proposeImport(join(folder, 'data', path), {
    out: join(folder, 'x.dataset.json'),
    ...wishes,
  });
  const { splits: _splits, ...manifest } = dataset.manifest;
  const report = await surveyDataset(
    { ...dataset, manifest },
    { tokenizer: 'word', maxLength: 128, keptRows: 5 },
    {
      files: createFileSource(),
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onLog: () => undefined,
    },
  );
  return {
    manifest: dataset.manifest,
    reasons: Object.fromEntries(reasons.map(({ what, value, reason }) => [what, `${value}: ${reason}`])),
    report,
    codes: Object.fromEntries(report.findings.map(({ code, count }) => [code, count])),
  };
}

const rowsOf = ({ report }: Imported): Record<string, number> =>
  Object.fromEntries(report.parts.map(({ part, rows }) => [part, rows]));
const labelsOf = ({ report }: Imported, part: string): Record<string, number> =>
  Object.fromEntries(
    report.parts.find((facts) => facts.part === part)?.labels.map(({ label, count }) => [label, count]) ?? [],
  );

const codeOf = (path: string): Promise<string> =>
  importData(path).then(
    () => 'none',
    (error: unknown) => (error instanceof UserError ? error.code : String(error)),
  );

test('TREC: label first, the test file beside it, bytes that are not UTF-8', async () => {
  const trec = await importData('trec6/TREC.train.all');
  assert.deepEqual(rowsOf(trec), { train: 5452, test: 500 });
  assert.deepEqual(labelsOf(trec, 'train'), { 0: 1162, 1: 1250, 2: 86, 3: 1223, 4: 835, 5: 896 });
  assert.deepEqual(trec.manifest.files.map(({ format, encoding }) => [format, encoding])[0], [
    'labelFirst',
    'windows-1252',
  ]);
  assert.equal(trec.codes['dataset.encoding'], 1);
  assert.ok(trec.codes['dataset.leak'] > 0 && trec.codes['dataset.duplicate'] > 0);
  assert.match(trec.reasons.encoding, /it is not UTF-8/);
  const fine = await importData('trec6/TREC.train');
  assert.equal(Object.keys(labelsOf(fine, 'train')).length, 50);
  assert.equal(Object.keys(labelsOf(fine, 'test')).length, 42);
});

test('SST-2: both forms are found, with their three parts', async () => {
  const rows = { train: 6920, validation: 872, test: 1821 };
  const tab = await importData('sst2/train.tsv');
  const space = await importData('sst2/stsa.binary.train');
  for (const form of [tab, space]) {
    assert.deepEqual(rowsOf(form), rows);
    assert.deepEqual(labelsOf(form, 'train'), { 0: 3310, 1: 3610 });
    assert.ok(form.codes['dataset.lowercase'] > 0 && form.codes['dataset.tokenised'] > 0);
  }
  const [{ format, header, textColumn, labelColumn }] = tab.manifest.files;
  assert.deepEqual([format, header, textColumn, labelColumn], ['tsv', false, 0, 1]);
  assert.equal(space.manifest.files[0].format, 'labelFirst');
});

test('surnames: one file a class, strong imbalance, accents, duplicates', async () => {
  const names = await importData('names18');
  assert.deepEqual(rowsOf(names), { train: 20_050 });
  assert.equal(labelsOf(names, 'train').Russian, 9384);
  assert.equal(names.report.parts[0].labels.length, 18);
  assert.match(String(names.report.findings.find(({ code }) => code === 'dataset.imbalance')?.message), /9,384.* 73/);
  for (const code of ['dataset.accents', 'dataset.duplicate', 'dataset.conflict'])
    assert.ok(names.codes[code] > 0, code);
});

test('tinyshakespeare: running text', async () => {
  const { manifest, report } = await importData('tinyshakespeare');
  assert.deepEqual([manifest.kind, manifest.files[0].format], ['text', 'text']);
  assert.equal(report.parts[0].rows, 40_000);
});

test('Penn Treebank: three parts of running text, with a literal <unk>', async () => {
  const ptb = await importData('ptb');
  assert.deepEqual(rowsOf(ptb), { train: 42_068, validation: 3370, test: 3761 });
  assert.equal(ptb.manifest.kind, 'text');
  assert.ok(ptb.codes['dataset.placeholder'] > 10_000);
});

test('Multi30k: raw and tokenised text in either language, with its parts', async () => {
  for (const [path, code] of [
    ['raw/train.en', undefined],
    ['raw/train.de', undefined],
    ['tok/train.lc.norm.tok.en', 'dataset.tokenised'],
    ['tok/train.lc.norm.tok.de', 'dataset.tokenised'],
  ] as const) {
    const set = await importData(`multi30k_en_de/${path}`);
    assert.equal(set.manifest.kind, 'text', path);
    assert.deepEqual(rowsOf(set), { train: 29_000, validation: 1014, test: 1000 });
    assert.equal('dataset.tokenised' in set.codes, code !== undefined, path);
    assert.equal('dataset.lowercase' in set.codes, code !== undefined, path);
  }
  assert.equal(await codeOf('multi30k_en_de/raw'), 'dataset.several');
});

test('Tatoeba: the attribution is no text, English repeats itself, Chinese is written in two ways', async () => {
  const english = await importData('tatoeba_eng_cmn/cmn.txt');
  assert.match(english.reasons.text, /^0: .*column 2 only says where a row is from/);
  assert.deepEqual(rowsOf(english), { train: 26_388 });
  assert.equal(english.codes['dataset.duplicate'], 26_388 - 25_331);
  const chinese = await importData('tatoeba_eng_cmn/cmn.txt', { text: 1 });
  assert.ok(chinese.codes['dataset.mixedChinese'] > 100);
  assert.equal(chinese.report.scripts[0].script, 'Han');
});

test('Chinese reviews: columns by name, one without text, 0 and 1 as labels', async () => {
  const hotels = await importData('zh_sentiment/ChnSentiCorp_htl_all.csv');
  assert.deepEqual(labelsOf(hotels, 'train'), { 0: 2443, 1: 5322 });
  assert.deepEqual(hotels.report.parts[0].unusable, 1);
  assert.deepEqual(
    hotels.report.findings.find(({ code }) => code === 'dataset.emptyText')?.rows.map(({ line }) => line),
    [6376],
  );
  const takeaways = await importData('zh_sentiment/waimai_10k.csv');
  assert.deepEqual(labelsOf(takeaways, 'train'), { 0: 7987, 1: 4000 });
  assert.ok(takeaways.codes['dataset.conflict'] > 0);
});

test('what is no dataset is refused in words', async () => {
  assert.equal(await codeOf('wordvec_small/glove.6B.100d.sample.txt'), 'dataset.wordVectors');
  assert.equal(await codeOf('wordvec_small/glove.6B.300d.sample.txt'), 'dataset.wordVectors');
  assert.equal(await codeOf('wordvec_small/word2vec_gnews_1000x300.js'), 'dataset.notText');
  assert.equal(await codeOf('wordvec_small/zh_embedding_Tencent.npz'), 'dataset.notText');
  assert.equal(await codeOf('wordvec_small/zh_vocab.pkl'), 'dataset.notText');
  assert.equal(await codeOf('model_keras_textgenrnn/textgenrnn_weights.hdf5'), 'dataset.notText');
  assert.equal(await codeOf('model_torch_allennlp_fixtures/basic_classifier/serialization/best.th'), 'dataset.notText');
  assert.match(await codeOf('model_onnx_rnn_node_tests'), /^dataset\./);
});
