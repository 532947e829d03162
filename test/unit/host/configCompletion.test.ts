// What config/complete offers as items of the editor: quotes, snippets, and columns that are asked for once.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { ColumnsRequest } from '../../../extension/protocol/columns.ts';
import { FakeDocument, fake } from './fakeVscode.ts';

const { ConfigCompletion } = await import('../../../extension/host/config/configCompletion.ts');
const { RunList } = await import('../../../extension/host/views/runList.ts');

interface Item {
  label: { label: string; description?: string };
  filterText: string;
  sortText: string;
  insertText: string | { value: string };
  command?: { command: string };
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

let folder: string;
let asked: ColumnsRequest[];
let fails: boolean;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatescope-completion-'));
  await writeFile(join(folder, 'a.csv'), 'text,label\n');
  await writeFile(join(folder, 'trec.dataset.json'), '{ "files": [{ "path": "a.csv" }] }');
});
after(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  asked = [];
  fails = false;
  fake.isTrusted = true;
});

const engine = {
  async call(method: string, params: unknown) {
    if (method !== 'columns') throw new Error(`${method} is not asked for`);
    asked.push(params as ColumnsRequest);
    if (fails) throw new Error('The engine died');
    return [{ column: 'text', example: 'Who?' }];
  },
};
const createCompletion = () =>
  new ConfigCompletion({ engine: engine as never, catalog: { runs: new RunList() } as never });

async function complete(marked: string, completion = createCompletion()) {
  const document = new FakeDocument(join(folder, 'a.gatescope.json'), marked.replace('|', ''));
  const position = document.positionAt(marked.indexOf('|'));
  return (await completion.provideCompletionItems(document as never, position as never)) as unknown as
    | { items: Item[]; isIncomplete: boolean }
    | undefined;
}

function snippetOf(item: Item | undefined): string {
  assert.ok(item && typeof item.insertText === 'object', 'it is a snippet');
  return item.insertText.value;
}

test('within quotes an item is compared with its quote, outside without; both write the quotes', async () => {
  const within = (await complete('{\n"data": { "train": { "dataset": "tr|" } } }'))?.items[0];
  assert.deepEqual(within?.label, { label: 'trec', description: 'labelled, train' });
  assert.equal(within?.filterText, '"trec"');
  assert.equal(within?.insertText, '"trec"');
  assert.deepEqual([within?.range.start.character, within?.range.end.character], [32, 36]);
  const outside = (await complete('{\n"data": { "train": { "dataset": | } } }'))?.items[0];
  assert.equal(outside?.filterText, 'trec');
  assert.equal(outside?.insertText, '"trec"');
  // A quote sorts before digits: the schema's empty text would come first.
  assert.ok((within?.sortText ?? '"') < '"');
});

test('a folder leaves the cursor within its quotes and asks on; lists of paths are asked for again while one types', async () => {
  const list = await complete('{ "data": { "train": { "path": "../|" } } }');
  assert.equal(list?.isIncomplete, true);
  const item = list?.items.find(({ label }) => label.label.startsWith('../gatescope-completion-'));
  assert.match(snippetOf(item), /^"\.\.\/gatescope-completion-[^/]+\/\$0"$/);
  assert.equal(item?.command?.command, 'editor.action.triggerSuggest');
});

test('a key with a value selects the value', async () => {
  const list = await complete('{ "model": { "encoder": { "type": "lstm" } }, "fineTune": { "learningRates": { | } } }');
  assert.equal(snippetOf(list?.items[0]), `"embedding": $\{1:0.0001}`);
});

test('columns of a file are asked for once, again after it changed or the engine failed, never in Restricted Mode', async () => {
  const completion = createCompletion();
  const text = '{ "data": { "train": { "path": "a.csv", "textColumn": "|" } } }';
  fails = true;
  await assert.rejects(complete(text, completion));
  fails = false;
  assert.equal((await complete(text, completion))?.items[0].label.label, 'text');
  await complete(text, completion);
  assert.deepEqual(asked, Array(2).fill({ path: join(folder, 'a.csv') }));
  await utimes(join(folder, 'a.csv'), new Date(), new Date(Date.now() + 5000));
  await complete(text, completion);
  assert.equal(asked.length, 3);
  fake.isTrusted = false;
  assert.deepEqual((await complete(text))?.items, []);
  assert.equal(asked.length, 3);
});
