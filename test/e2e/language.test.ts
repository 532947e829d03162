// Help at every key of a config in a real VS Code: what the suggest widget offers of this very project.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { makeWorkspace, type Workspace } from '../support/workspace.ts';

const CONFIG = `{
  "data": {
    "train": { "path": "train.csv", "textColumn": "" },
    "validation": { "dataset": "" }
  },
  "model": {
    "encoder": { "type": "lstm", "hiddenSize": 48 }
  },
  "training": {
    "epochs": 8,

  }
}
`;
const MANIFEST = {
  name: 'Plays and forums',
  files: [
    { path: 'train.csv', textColumn: 'text', labelColumn: 'label' },
    { path: 'test.csv', part: 'validation', textColumn: 'text', labelColumn: 'label' },
  ],
};

let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

const shows = (text: string | RegExp) => async (): Promise<boolean> => {
  const shown = await workbench.editorText();
  return typeof text === 'string' ? shown.includes(text) : text.test(shown);
};

before(async () => {
  workspace = await makeWorkspace();
  await writeFile(join(workspace.dir, 'mine.gatescope.json'), CONFIG);
  await mkdir(join(workspace.dir, '.vscode'));
  await writeFile(join(workspace.dir, 'plays.dataset.json'), JSON.stringify(MANIFEST));
  server = await startVscode({ workspace: workspace.dir });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
  await workbench.openFile('mine.gatescope.json');
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

test('a key is completed by the suggest widget', async () => {
  await workbench.takeSuggestion([11, 1], 'batchSize', shows(/"batchSize": 32/));
});

test('so is the name of a dataset, within its quotes', async () => {
  await workbench.takeSuggestion([4, 33], 'plays', shows('{ "dataset": "plays" }'));
});

test('and a column of the data file, by its header', async () => {
  await workbench.takeSuggestion([3, 52], 'text', shows('"textColumn": "text" }'));
  assert.doesNotMatch(await workbench.editorText(), /""/);
});

test('defaults that are not written stand at the ends of lines, and go by a setting', async () => {
  await eventually('the hints of the encoder show', shows(/"hiddenSize": 48 \}[^\n]*layers: 1/));
  await eventually('so do those of training', shows(/seed: 1, optimizer\.learningRate: 0\.001/));
  await writeFile(join(workspace.dir, '.vscode/settings.json'), '{ "gatescope.config.defaultHints": false }');
  await eventually('they are gone', async () => !(await shows(/layers: 1|seed: 1/)()));
});

/** Shows the hover at a place until its text fits. */
async function hover(at: [line: number, column: number], text: RegExp): Promise<string> {
  return eventually(`the hover shows ${text}`, async () => {
    await workbench.goTo(...at);
    await workbench.runCommand('Show or Focus Hover');
    const shown = workbench.page.locator('.monaco-hover:not(.hidden)', { hasText: 'parameters:' }).first();
    await shown.waitFor({ timeout: 20_000 });
    const words = await shown.innerText();
    return text.test(words) && words;
  });
}

test('a hover tells what the experiment comes to: parameters, memory, seconds an epoch', async () => {
  await workbench.runCommand('File: Save');
  const words = await hover([7, 35], /An epoch: about/);
  assert.match(words, /This experiment[\s\S]*parameters: embedding [\d,]+, encoder\.0 [\d,]+, head 98\./);
  assert.match(words, /About [\d.,]+ [KM]B of memory/);
  assert.match(words, /An epoch: about [\d.,]+ (s|min) \([\d,]+ updates, [\d,]+ tokens; .*thread/);
  assert.match(words, /8 epochs: about/);
});

test('F2 on the name of a dataset renames its manifest, and one undo takes it back', async () => {
  const manifest = (name: string): string => join(workspace.dir, `${name}.dataset.json`);
  const box = workbench.page.locator('.rename-box input, .rename-input').first();
  await actUntil(
    'the dataset has the new name',
    async () => {
      await workbench.goTo(4, 33);
      await workbench.page.keyboard.press('F2');
      await box.fill('forums');
      await box.press('Enter');
    },
    () => existsSync(manifest('forums')),
  );
  await eventually('the config says the new name', shows('{ "dataset": "forums" }'));
  assert.equal(existsSync(manifest('plays')), false);
  const both = workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: /Undo in 2 Files|Yes/ }).first();
  await actUntil(
    'one undo takes the file and the text back',
    async () => {
      // Of an edit over several files VS Code asks whether all of it is meant.
      if (await both.isVisible()) return both.click();
      await workbench.goTo(4, 33);
      await workbench.page.keyboard.press('Control+Z');
      return both.click();
    },
    () => existsSync(manifest('plays')) && !existsSync(manifest('forums')),
  );
  await eventually('the config says the old name', shows('{ "dataset": "plays" }'));
});

test('an open manifest has its problems in Problems, with a fix', async () => {
  const path = join(workspace.dir, 'plays.dataset.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"test.csv"', '"tset.csv"'));
  await workbench.openFile('plays.dataset.json');
  await eventually('the problem shows', async () =>
    (await workbench.problems()).some((text) => /There is no "tset\.csv"\. Did you mean "test\.csv"\?/.test(text)),
  );
});
