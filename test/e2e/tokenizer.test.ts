// Train Tokenizer… in a real VS Code: from the palette over dataset, kind, size and file to a config that trains with it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { listRuns } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { makeWorkspace, type Workspace } from '../support/workspace.ts';

const CLI = resolve(import.meta.dirname, '../../dist/cli.cjs');
const MANIFEST = { name: 'Plays', files: [{ path: 'train.csv', textColumn: 'text', labelColumn: 'label' }] };

let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  await writeFile(join(workspace.dir, 'plays.dataset.json'), JSON.stringify(MANIFEST));
  server = await startVscode({ workspace: workspace.dir });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

const tokenizerText = (): Promise<string | undefined> =>
  readFile(join(workspace.dir, 'tokenizer.json'), 'utf8').catch(() => undefined);

/** Answers what the command asks, up to the file. */
async function trainTokenizer(size: string): Promise<void> {
  const { quickInput } = workbench;
  await workbench.runCommand('Gatescope: Train Tokenizer…');
  await quickInput.pick(/Texts to learn from/, 'plays');
  await quickInput.pick(/Kind of tokenizer/, 'WordPiece');
  await quickInput.type(/Largest number of vocabulary entries/, size);
}

test('it learns from a dataset and writes the file', async () => {
  await trainTokenizer('500');
  await workbench.quickInput.accept(/Where to Write the Tokenizer/);
  const text = await eventually('the file is there', tokenizerText);
  assert.equal(JSON.parse(text).model.type, 'WordPiece');
  const size = Object.keys(JSON.parse(text).model.vocab).length;
  assert.ok(size > 100 && size <= 500, `${size} entries`);
  await workbench.notified(/A tokenizer of [\d,]+ entries was learned from [\d,]+ texts/);
});

test('a file that is there is replaced only when that was answered', async () => {
  const before = await tokenizerText();
  await trainTokenizer('300');
  const { quickInput } = workbench;
  await actUntil(
    'it asks whether to replace the file',
    () => quickInput.press('Enter'),
    () => quickInput.asks(/already exists/),
    // A second Enter would be the answer.
    60_000,
  );
  assert.equal(await tokenizerText(), before);
  await quickInput.accept(/already exists/);
  const after = await eventually('the file is another one', async () => {
    const text = await tokenizerText();
    return text !== undefined && text !== before ? text : undefined;
  });
  assert.ok(Object.keys(JSON.parse(after).model.vocab).length <= 300);
});

test('a config trains with it', { timeout: 300_000 }, async () => {
  await workspace.edit(/"tokenizer": \{[^}]*\}/, '"tokenizer": { "file": "tokenizer.json" }');
  await promisify(execFile)(process.execPath, [CLI, 'train', workspace.configPath, '--set', 'training.epochs=1']);
  const [{ dir, manifest }] = await listRuns(join(workspace.dir, '.gatescope', 'runs'));
  assert.equal(manifest.status, 'completed');
  const own = JSON.parse(await readFile(join(dir, 'tokenizer.json'), 'utf8'));
  assert.deepEqual(own.model, JSON.parse((await tokenizerText()) ?? '').model);
});
