// Who may import whom (ARCHITECTURE.md). The message says the remedy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOf, readSources, type Source } from './sources.ts';

interface Fence {
  /** Folders and packages whose values may be imported. */
  values: readonly string[];
  /** And those of which types only. */
  types?: readonly string[];
}

const own = (...names: string[]): string[] => names.map((name) => `extension/${name}`);
const NODE_LIBRARIES = ['node:', 'jsonc-parser'];

const FENCES: Readonly<Record<string, Fence>> = {
  'extension/util': { values: [] },
  'extension/schema': { values: [...own('util'), '@sinclair/typebox'] },
  'extension/protocol': { values: own('util'), types: own('schema') },
  'extension/config': {
    values: [...own('util', 'schema'), 'jsonc-parser'],
    types: [...own('protocol'), '@sinclair/typebox'],
  },
  'extension/text': { values: [...own('util', 'schema'), '@huggingface/tokenizers'] },
  'extension/data': {
    values: [...own('util', 'schema', 'text'), 'papaparse', 'entities', 'hyparquet', '@uwdata/flechette'],
    types: own('protocol'),
  },
  'extension/engine': {
    values: [...own('util', 'schema'), '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'],
    types: own('data', 'text', 'protocol'),
  },
  'extension/store': { values: [...own('util', 'schema', 'protocol'), 'node:'] },
  'extension/node': {
    values: [
      ...own('util', 'schema', 'protocol', 'config', 'data', 'text', 'engine', 'store'),
      ...NODE_LIBRARIES,
      'package.json',
      'jieba-wasm',
    ],
  },
  'extension/host': { values: [...own('util', 'schema', 'config', 'protocol', 'store'), 'vscode', 'node:'] },
  webview: { values: ['webview', ...own('protocol', 'util'), 'lit', 'uplot'], types: own('schema') },
};

const REMEDY = 'Move what is shared to a folder that both may import, or pass it in as a parameter.';

function trespasses({ path, imports }: Source): string[] {
  const folder = path.startsWith('webview/') ? 'webview' : folderOf(path);
  const { values, types = [] } = FENCES[folder];
  return imports
    .filter(({ target, isTypeOnly }) => {
      const place = target.startsWith('webview/') ? 'webview' : target;
      const isAllowed = place === folder || values.includes(place) || (isTypeOnly && types.includes(place));
      return !isAllowed;
    })
    .map(({ specifier }) => `${path} imports ${specifier}`);
}

for (const folder of Object.keys(FENCES)) {
  test(`${folder} imports only what it may`, () => {
    const sources = readSources(`${folder}/**/*.ts`);
    assert.ok(sources.length > 0, 'there are no sources');
    assert.deepEqual(sources.flatMap(trespasses), [], REMEDY);
  });
}

test('every folder of the extension has a fence', () => {
  const folders = new Set(readSources('extension/**/*.ts').map(({ path }) => folderOf(path)));
  assert.deepEqual(
    [...folders].filter((folder) => !(folder in FENCES)),
    [],
  );
});

test('the fences notice a trespass', () => {
  const text = {
    path: 'extension/engine/x.ts',
    text: '',
    imports: [{ specifier: 'node:fs', target: 'node:', isTypeOnly: false }],
  };
  const value = {
    path: 'extension/protocol/x.ts',
    text: '',
    imports: [{ specifier: '../schema/run.ts', target: 'extension/schema', isTypeOnly: false }],
  };
  assert.equal(trespasses(text).length, 1);
  assert.equal(trespasses(value).length, 1);
});
