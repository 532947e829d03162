// Weights of another library in a real VS Code: the table, the question, the run that predicts, and the export of it.
import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { listRuns } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { makeWorkspace, type Workspace } from '../support/workspace.ts';

const FILES = resolve(import.meta.dirname, '../golden/weights/files');
let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  await cp(join(FILES, 'torch-lstm.pt'), join(workspace.dir, 'lstm.pt'));
  await writeFile(join(workspace.dir, 'tokens.txt'), 'zero\none\ntwo\nthree\nfour\nfive\nsix\n');
  server = await startVscode({ workspace: workspace.dir });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

const runs = () => listRuns(join(workspace.dir, '.gatescope', 'runs'));

test('Import Weights shows the table, asks, and makes a run that predicts', async () => {
  const { quickInput } = workbench;
  await workbench.runCommand('Gatescope: Import Weights…');
  await quickInput.choosePath(/File of weights/, join(workspace.dir, 'lstm.pt'), 'Look at It');
  await quickInput.pick(/Import lstm\.pt/, 'Choose the file of tokens');
  await quickInput.choosePath(/^Tokens of the model$/m, join(workspace.dir, 'tokens.txt'));
  await workbench.answerDialog('Import');
  const [{ dir, manifest }] = await eventually('there is a run', async () => {
    const found = await runs();
    return found[0]?.manifest.status === 'imported' ? found : undefined;
  });
  assert.equal(manifest.name, 'lstm.pt');
  await eventually('the table shows', async () =>
    /fc\.weight +\[3, 8\] +head\.weight/.test(await workbench.editorText()),
  );
  assert.ok((await readdir(dir)).includes('tokenizer.json'));

  await workbench.runCommand('Gatescope: Predict');
  await quickInput.type(/A text to classify/, 'two five one');
  await eventually('the classes show', () => quickInput.asks(/lstm\.pt: two five one[\s\S]*%/));
  await quickInput.dismiss();
});

test('Export Run writes a PyTorch module', async () => {
  await workbench.runCommand('Gatescope: Export Run…');
  await workbench.quickInput.pick(/For which library\?/, 'PyTorch');
  await workbench.quickInput.choosePath(/Folder to put the export in/, workspace.dir, 'Export Here');
  const [{ manifest }] = await runs();
  const folder = join(workspace.dir, `${manifest.id}-pytorch`);
  const source = await eventually('model.py is there', () =>
    readFile(join(folder, 'model.py'), 'utf8').catch(() => undefined),
  );
  assert.match(source, /class LSTMEncoder\(nn\.LSTM\)/);
  await workbench.notified(/Exported to .*model\.py/);
});
