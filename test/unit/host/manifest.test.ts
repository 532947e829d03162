// package.json follows the tables it is made from.
import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { COMMANDS } from '../../../extension/host/commands/commandTable.ts';
import { CONTEXT, FORM_VIEW_TYPE, ITEM, VIEWS } from '../../../extension/host/manifest/ids.ts';
import { WALKTHROUGH_STEPS } from '../../../extension/host/manifest/walkthroughSteps.ts';
import { WELCOME_TEXTS } from '../../../extension/host/manifest/welcomeTexts.ts';
import { generateManifest, MANIFEST_URL, TEXTS_URL } from '../../../scripts/generateManifest.ts';

const readJson = async (url: URL): Promise<Record<string, unknown>> => JSON.parse(await readFile(url, 'utf8'));
const root = new URL('../../../', import.meta.url);

/** Every when-clause and enablement of the manifest. */
function whenClauses(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(whenClauses);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    (key === 'when' || key === 'enablement') && typeof member === 'string' ? [member] : whenClauses(member),
  );
}

test('package.json and package.nls.json are what the tables say (else run: node scripts/generateManifest.ts)', async () => {
  const { manifest, texts } = generateManifest();
  const onDisk = await readJson(MANIFEST_URL);
  for (const [key, value] of Object.entries(manifest)) {
    assert.deepEqual(onDisk[key], JSON.parse(JSON.stringify(value)), key);
  }
  assert.deepEqual(await readJson(TEXTS_URL), texts);
});

test('every text of the manifest is there, and none is left over', () => {
  const { manifest, texts } = generateManifest();
  const used = [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
  assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
});

test('command ids are gatescope.<area>.<verb>, titles are not empty', () => {
  const ids = Object.keys(COMMANDS);
  assert.ok(ids.length >= 19);
  for (const [id, { title }] of Object.entries(COMMANDS)) {
    assert.match(id, /^gatescope\.[a-z]+\.[a-z][A-Za-z]*$/);
    assert.ok(title.trim().length > 2, id);
  }
  assert.equal(new Set(Object.values(COMMANDS).map(({ title }) => title)).size, ids.length);
});

test('every icon is a codicon', async () => {
  const css = await readFile(new URL('node_modules/@vscode/codicons/dist/codicon.css', root), 'utf8');
  const icons = [...JSON.stringify(generateManifest().manifest).matchAll(/\$\(([a-z-]+)\)/g)].map(([, icon]) => icon);
  assert.ok(icons.length > 10);
  for (const icon of icons) assert.ok(css.includes(`.codicon-${icon}:before`), icon);
});

test('when-clauses name only keys, views and items that exist', () => {
  const known = new Set<string>([
    FORM_VIEW_TYPE,
    ...Object.values(CONTEXT),
    ...Object.values(VIEWS),
    ...Object.values(ITEM),
  ]);
  const clauses = whenClauses(generateManifest().manifest);
  assert.ok(clauses.length > 20);
  for (const clause of clauses) {
    const names = [...clause.replace(/\/[^/]*\/[a-z]*/g, '').matchAll(/gatescope\.[A-Za-z.]+/g)].map(([name]) => name);
    for (const name of names) assert.ok(known.has(name), `${name} in "${clause}"`);
  }
});

test('links in texts lead to commands of the table or of VS Code', () => {
  const texts = [...WELCOME_TEXTS.map(({ text }) => text), ...WALKTHROUGH_STEPS.map(({ description }) => description)];
  const links = texts.flatMap((text) => [...text.matchAll(/\(command:([^)]+)\)/g)].map(([, id]) => id));
  assert.ok(links.length >= 8);
  for (const id of links) assert.ok(id in COMMANDS || /^(workbench|vscode)\./.test(id), id);
});

test('files that the manifest names are there', async () => {
  const files = [...WALKTHROUGH_STEPS.map(({ page }) => `media/walkthrough/${page}`), 'media/icons/gatescope.svg'];
  for (const file of files) await assert.doesNotReject(access(new URL(file, root)), file);
});

test('each walkthrough step is ticked off by something that happens', () => {
  for (const { id, completionEvents } of WALKTHROUGH_STEPS) {
    assert.notEqual(completionEvents.length, 0, id);
    for (const event of completionEvents) {
      const [kind, name] = event.split(':');
      const names: Record<string, readonly string[]> = {
        onCommand: Object.keys(COMMANDS),
        onContext: Object.values(CONTEXT),
      };
      assert.ok(names[kind]?.includes(name), `${id}: ${event}`);
    }
  }
});
