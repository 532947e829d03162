// Help at every key of a config in a real VS Code: what the suggest widget offers of this very project.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
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
