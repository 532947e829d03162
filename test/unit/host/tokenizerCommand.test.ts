// Train Tokenizer…: what is asked, what the engine is told, and that a size that cannot be is not taken.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { DatasetDeps } from '../../../extension/host/datasets/lookAtDataset.ts';
import { CancelledError } from '../../../extension/util/userError.ts';
import { fake } from './fakeVscode.ts';

const { trainTokenizerCommand } = await import('../../../extension/host/commands/tokenizerCommand.ts');

const LEARNED = { vocabulary: 300, texts: 12 };
let calls: [method: string, params: unknown][] = [];
const engine = {
  on: () => ({ dispose: () => undefined }),
  async call(method: string, params: unknown) {
    calls.push([method, params]);
    return LEARNED;
  },
};
const datasets = { paths: [] as string[], refresh: async () => undefined };
const deps = { engine, datasets } as unknown as DatasetDeps;

beforeEach(() => {
  calls = [];
  datasets.paths = [];
  const none = { asked: [], picks: [], chosenPaths: [], typed: [], savedTo: [] };
  Object.assign(fake, none, { answer: undefined, isTrusted: true });
});

test('the texts, the kind, the size and the file are asked for', async () => {
  Object.assign(fake, { chosenPaths: ['/data/a.csv'], picks: ['Unigram'], typed: ['300'], savedTo: ['/data/t.json'] });
  assert.deepEqual(await trainTokenizerCommand(undefined, deps), LEARNED);
  const settings = { type: 'unigram', lowercase: false, minFrequency: 2, maxVocabulary: 300 };
  assert.deepEqual(calls, [
    ['trainTokenizer', { path: '/data/a.csv', settings, out: '/data/t.json', mayReplace: true }],
  ]);
  assert.match(fake.asked[0], /A tokenizer of 300 entries was learned from 12 texts/);
});

test('where there are datasets they are offered first, and files besides', async () => {
  datasets.paths = ['/w/data/trec.dataset.json', '/w/sst2.dataset.json'];
  Object.assign(fake, { picks: ['trec', 'BPE'], typed: ['300'], savedTo: ['/w/t.json'] });
  await trainTokenizerCommand(undefined, deps);
  assert.equal((calls[0][1] as { path: string }).path, '/w/data/trec.dataset.json');
  const other = { picks: ['File or Folder', 'BPE'], chosenPaths: ['/w/a.csv'], typed: ['300'], savedTo: ['/w/t.json'] };
  Object.assign(fake, other);
  await trainTokenizerCommand(undefined, deps);
  assert.equal((calls[1][1] as { path: string }).path, '/w/a.csv');
  fake.picks = [];
  await assert.rejects(trainTokenizerCommand(undefined, deps), CancelledError);
});

test('told what to do, it asks nothing, and replaces no file', async () => {
  const wish = { path: '/data/a.csv', type: 'bpe', maxVocabulary: 300, out: '/data/t.json' };
  await trainTokenizerCommand(wish, deps);
  assert.deepEqual(fake.asked, []);
  assert.equal((calls[0][1] as { mayReplace: boolean }).mayReplace, false);
});

test('a size below the 256 bytes of BPE, and every step that is left, ends it', async () => {
  const whole = { chosenPaths: ['/data/a.csv'], picks: ['BPE'], typed: ['258'], savedTo: ['/data/t.json'] };
  for (const missing of [{ chosenPaths: [] }, { picks: [] }, { typed: [] }, { typed: ['257'] }, { savedTo: [] }]) {
    Object.assign(fake, structuredClone({ ...whole, ...missing }));
    await assert.rejects(trainTokenizerCommand(undefined, deps), CancelledError);
  }
  assert.deepEqual(calls, []);
});

test('in Restricted Mode nothing is read', async () => {
  fake.isTrusted = false;
  await assert.rejects(trainTokenizerCommand(undefined, deps), { code: 'training.untrusted' });
  assert.deepEqual(calls, []);
});
