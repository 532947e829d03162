// Completion beyond the schema: what is offered at a place of a config, and what the text is once it is taken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'jsonc-parser';
import { completeConfig } from '../../../extension/config/complete/completeConfig.ts';
import type { Completion, CompletionSources, OfferedRun } from '../../../extension/config/complete/completion.ts';

const MANIFEST =
  '{ "name": "Questions", "description": "TREC", "files": [{ "path": "a.csv" }], "splits": { "test": 0.1 } }';
const FILES: Record<string, string> = {
  '/w/ex/train.csv': '',
  '/w/ex/read me.txt': '',
  '/w/ex/notes.md': '',
  '/w/ex/glove.vec': '',
  '/w/ex/weights.pt': '',
  '/w/ex/a.gatescope.json': '',
  '/w/ex/.gatescope/runs/x/run.json': '',
  '/w/ex/data/test.csv': '',
  '/w/ex/data/reviews.dataset.json': '{ "kind": "text", "files": [{ "path": "a.txt" }] }',
  '/w/ex/trec.dataset.json': MANIFEST,
  '/w/datasets/far.dataset.json': MANIFEST,
  '/w/trec.dataset.json': '{',
};

const RUNS: OfferedRun[] = [
  { id: '2026-02-01T00-00-00-trec', name: 'TREC', detail: 'test 87.2 % · 1 min' },
  { id: '2026-01-01T00-00-00-old', name: 'old', path: '../b/.gatescope/runs/2026-01-01T00-00-00-old', detail: '' },
];

function sourcesOf(asked: unknown[] = []): CompletionSources {
  const normal = (path: string): string =>
    new URL(path, 'file:///w/ex/').pathname.replaceAll('%20', ' ').replace(/\/$/, '');
  return {
    probe: {
      resolve: normal,
      kind: async (path) => {
        if (path in FILES) return 'file';
        return Object.keys(FILES).some((file) => file.startsWith(`${path}/`)) ? 'folder' : undefined;
      },
      list: async (path) => {
        const below = Object.keys(FILES).filter((file) => file.startsWith(`${path}/`));
        return [...new Set(below.map((file) => file.slice(path.length + 1).split('/')[0]))].sort();
      },
      readText: async (path) => FILES[path],
    },
    runs: async () => RUNS,
    columns: async (source) => {
      asked.push(source);
      return [
        { column: 'text', example: 'How far is it' },
        { column: 'la"bel', example: 'NUM' },
        { column: 2, example: '' },
      ];
    },
    labels: async () => [{ label: 'NUM', count: 1200 }, { label: 'de"sc' }],
  };
}

interface Taken {
  labels: string[];
  items: readonly Completion[];
  /** The text after the item with this label was taken. */
  take(label: string): string;
}

/** A text with the cursor at `|`. */
async function complete(marked: string, sources = sourcesOf()): Promise<Taken | undefined> {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = await completeConfig(text, offset, sources);
  if (!found) return undefined;
  assert.ok(found.start <= offset && found.end >= offset, 'the range holds the cursor');
  return {
    labels: found.items.map(({ label }) => label),
    items: found.items,
    take(label) {
      const item = found.items.find((candidate) => candidate.label === label);
      assert.ok(item, `${label} is offered`);
      return text.slice(0, found.start) + item.text + text.slice(found.end);
    },
  };
}

async function offered(marked: string): Promise<Taken> {
  const taken = await complete(marked);
  assert.ok(taken, 'something is offered');
  return taken;
}

test('datasets are offered by name, the nearest manifest of a name once, with what is in it', async () => {
  const { labels, items } = await offered('{ "data": { "train": { "dataset": "|" } } }');
  assert.deepEqual(labels, ['trec', 'far', 'reviews']);
  assert.equal(items[0].detail, 'labelled, train, test');
  assert.match(items[0].documentation ?? '', /Questions\n\nTREC\n\ntrec\.dataset\.json/);
  assert.equal(items[2].detail, 'running text, train');
  assert.equal(items[1].documentation?.split('\n\n').at(-1), '../datasets/far.dataset.json');
  const forText = await offered('{ "task": "languageModel", "data": { "train": { "dataset": "|" } } }');
  assert.deepEqual(forText.labels, ['reviews', 'trec', 'far']);
});

test('a value takes the place of what is there, in quotes, out of quotes and half in quotes', async () => {
  const expected = '{ "data": { "train": { "dataset": "trec" } } }';
  for (const typed of ['"|"', '"tr|"', '"|tr"', '|', 'tr|', '"old|"']) {
    const { take } = await offered(`{ "data": { "train": { "dataset": ${typed} } } }`);
    assert.equal(take('trec'), expected, typed);
  }
});

test('an unclosed quote takes nothing that stands behind it', async () => {
  const { take } = await offered('{ "data": { "train": { "dataset": "tr|, "part": "train" } } }');
  assert.equal(take('trec'), '{ "data": { "train": { "dataset": "trec", "part": "train" } } }');
});

test('comments, missing commas, and braces that are not closed yet do not matter', async () => {
  for (const text of [
    '// a "comment {\n{ /* [ */ "data": { "train": { // here\n "dataset": "|"',
    '{ "name": "a" "data": { "train": { "dataset": "|" }, } }',
    '{ "data": { "train": { "part": "train", "dataset": |',
  ]) {
    assert.deepEqual((await offered(text)).labels, ['trec', 'far', 'reviews'], text);
  }
});

test('nothing is offered within a comment, nor at a place that only the schema knows', async () => {
  for (const text of [
    '{ "data": { "train": { "dataset": // "|\n "" } } }',
    '{ "data": { "train": { "dataset": /* | */ "" } } }',
    '{ "name": "|" }',
    '{ "data": { "train": { | } } }',
    '{ "training": { "loss": { "classWeights": "|" } } }',
    '|',
    '{ "data": { "other": { "dataset": "|" } } }',
  ]) {
    assert.equal(await complete(text), undefined, text);
  }
  assert.ok(await complete('{ "name": "no // comment", "data": { "train": { "dataset": "|" } } }'));
});

test('where a source has not begun a whole reference stands there with one choice', async () => {
  const { take } = await offered('{ "data": { "train": | } }');
  assert.deepEqual(parse(take('trec')), { data: { train: { dataset: 'trec' } } });
});

test('paths: fitting files first, one folder down as well, then folders; own and hidden files are left out', async () => {
  const { labels } = await offered('{ "data": { "test": { "path": "|" } } }');
  assert.deepEqual(labels, [
    'data/test.csv',
    'read me.txt',
    'train.csv',
    'data/',
    'glove.vec',
    'notes.md',
    'weights.pt',
  ]);
  const vectors = await offered('{ "model": { "embedding": { "vectors": { "path": "|" } } } }');
  assert.deepEqual(vectors.labels.slice(0, 3), ['glove.vec', 'read me.txt', 'weights.pt']);
});

test('a folder stays open for what is in it, and a typed folder is looked into', async () => {
  const { items } = await offered('{ "data": { "train": { "path": "|" } } }');
  const folder = items.find(({ label }) => label === 'data/');
  assert.equal(folder?.text, '"data/"');
  assert.deepEqual(folder?.selected, { start: 6, end: 6 });
  assert.equal(folder?.goesOn, true);
  const within = await offered('{ "data": { "train": { "path": "data/|" } } }');
  assert.deepEqual(within.labels, ['data/test.csv']);
  assert.equal(within.take('data/test.csv'), '{ "data": { "train": { "path": "data/test.csv" } } }');
  assert.deepEqual(
    (await offered('{ "data": { "train": { "path": "../ex/tr|" } } }')).labels.includes('../ex/train.csv'),
    true,
  );
});

test('columns are those of the file that stands beside, as it is read', async () => {
  const asked: unknown[] = [];
  const text = '{ "data": { "train": { "path": "train.csv", "delimiter": ";", "header": false, "textColumn": "|" } } }';
  const taken = await complete(text, sourcesOf(asked));
  assert.deepEqual(asked, [{ path: 'train.csv', delimiter: ';', header: false }]);
  assert.deepEqual(taken?.labels, ['text', 'la"bel', '2']);
  assert.equal(taken?.items[0].detail, 'How far is it');
  assert.match(taken?.take('la"bel') ?? '', /"textColumn": "la\\"bel" }/);
  assert.match(taken?.take('2') ?? '', /"textColumn": 2 }/);
  assert.deepEqual((await offered('{ "data": { "train": { "textColumn": "|" } } }')).labels, []);
});

test('weights to start from: the newest run, runs by name and id, files of weights', async () => {
  const { labels, items, take } = await offered('{ "fineTune": { "from": "|" } }');
  assert.deepEqual(labels.slice(0, 4), ['latest', 'TREC', 'old', 'weights.pt']);
  assert.equal(items[1].detail, 'test 87.2 % · 1 min');
  assert.equal(items[1].also, RUNS[0].id);
  assert.equal(take('TREC'), `{ "fineTune": { "from": "${RUNS[0].id}" } }`);
  assert.equal(take('old'), `{ "fineTune": { "from": "${RUNS[1].path}" } }`);
});

const MODEL = '"model": { "encoder": { "type": "lstm", "layers": 2, "bidirectional": true } }';

test('groups and parameters of the model that is written, without those that are there', async () => {
  const { labels, items } = await offered(`{ ${MODEL}, "fineTune": { "freeze": ["embedding", "|"] } }`);
  assert.deepEqual(labels.slice(0, 6), ['encoder.0', 'encoder.1', 'head', 'encoder.*', '*bias*', '*_reverse']);
  assert.equal(items[0].detail, 'group, 8 tensors');
  assert.match(items[0].documentation ?? '', /^encoder\.weight_ih_l0\n/);
  assert.ok(labels.includes('encoder.weight_hh_l1_reverse'));
  const nested = await offered(`{ ${MODEL}, "fineTune": { "unfreeze": [{ "epoch": 2, "groups": [|] }] } }`);
  assert.equal(nested.labels[0], 'embedding');
  const broken = await offered('{ "model": { "encoder": { "layers": 1e9 } }, "fineTune": { "freeze": ["|"] } }');
  assert.deepEqual(broken.labels.slice(0, 3), ['embedding', 'encoder.0', 'head']);
});

test('keys with rates come with a value to type over, unless they have one', async () => {
  const { take, items } = await offered(`{ ${MODEL}, "fineTune": { "learningRates": { | } } }`);
  assert.deepEqual(parse(take('embedding')).fineTune.learningRates, { embedding: 0.0001 });
  const { text, selected } = items[0];
  assert.equal(text.slice(selected?.start, selected?.end), '0.0001');
  const kept = await offered(`{ ${MODEL}, "fineTune": { "learningRates": { "emb|": 0.5 } } }`);
  assert.deepEqual(parse(kept.take('embedding')).fineTune.learningRates, { embedding: 0.5 });
});

test('labels of the training data as keys of class weights, without those that are there', async () => {
  const { labels, take, items } = await offered('{ "training": { "loss": { "classWeights": { "|" } } } }');
  assert.deepEqual(labels, ['NUM', 'de"sc']);
  assert.equal(items[0].detail, '1,200 training examples');
  assert.deepEqual(parse(take('de"sc')).training.loss.classWeights, { 'de"sc': 1 });
  const rest = await offered('{ "training": { "loss": { "classWeights": { "NUM": 2, "|" } } } }');
  assert.deepEqual(rest.labels, ['de"sc']);
});

test('no text, cut off anywhere, makes completion fail', async () => {
  const whole = `// c\n{ ${MODEL}, "data": { "train": { "path": "a\\\\b", "textColumn": 1 } }, "fineTune": { "from": "x", "freeze": [ "a" ] } }`;
  for (let end = 0; end <= whole.length; end++) {
    for (const text of [whole, whole.slice(0, end)]) {
      const found = await completeConfig(text, end, sourcesOf());
      if (found) assert.ok(found.start <= end && found.end >= end && found.end <= text.length, `at ${end}`);
    }
  }
});
