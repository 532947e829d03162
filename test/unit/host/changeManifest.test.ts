// Changes of a manifest by the editor: what cannot be read or saved, or is typed meanwhile, loses nothing.
import './fakeVscodeHooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../../extension/host/training/engine.ts';
import { FakeDocument, fake } from './fakeVscode.ts';

const { changeSplits, leaveOut, putBack } = await import('../../../extension/host/datasets/changeManifest.ts');

const PATH = '/w/weather.dataset.json';
const TEXT = `{
  "files": [{ "path": "a.csv" }],
  "exclude": [
    { "path": "a.csv", "lines": [3], "reason": "x" },
    { "path": "a.csv", "lines": [5], "reason": "y" }
  ]
}
`;

function openManifest(text: string): FakeDocument {
  const document = new FakeDocument(PATH, text);
  fake.documents = [document];
  return document;
}

/** An engine whose answer comes after `meanwhile`. */
const engineWith = (text: string, meanwhile: () => void): Engine =>
  ({
    call: async () => {
      meanwhile();
      return { rows: 1, text };
    },
  }) as unknown as Engine;

test('what was left out for one reason is put back, and the rest stays', async () => {
  const document = openManifest(TEXT);
  await putBack(PATH, 'x');
  assert.match(document.getText(), /"exclude": \[\s*\{ "path": "a.csv", "lines": \[5\], "reason": "y" \}\s*\]/);
  assert.equal(document.isDirty, false);
});

test('of a manifest that cannot be read nothing is put back: what it leaves out stays', async () => {
  const text = TEXT.replace('"path": "a.csv" }],', '"path": 5 }],');
  const document = openManifest(text);
  await assert.rejects(putBack(PATH, 'x'), { code: 'dataset.manifest' });
  assert.equal(document.getText(), text);
});

test('what is typed while rows are looked for stays', async () => {
  const document = openManifest(TEXT);
  const typed = TEXT.replace('"y"', '"typed"');
  const engine = engineWith('{}', () => document.type(typed));
  await assert.rejects(leaveOut(PATH, ['duplicates'], { engine }), { code: 'dataset.changed' });
  assert.equal(document.getText(), typed);
  assert.equal(await leaveOut(PATH, ['duplicates'], { engine: engineWith('{}', () => undefined) }), 1);
  assert.equal(document.getText(), '{}');
});

test('a text that cannot be saved first is not changed', async () => {
  const document = openManifest(TEXT);
  document.type(`${TEXT}\n`);
  document.canSave = false;
  await assert.rejects(changeSplits(PATH, { folds: 5 }), { code: 'dataset.notSaved' });
  assert.equal(document.getText(), `${TEXT}\n`);
});
