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

/** Types a path into the dialog for files, which in the browser is a line to type in with a button beside it. */
async function choosePath(path: string): Promise<void> {
  const dialog = workbench.page.locator('.quick-input-widget');
  const button = dialog.getByRole('button', { name: /^(OK|Look At It|Export Here)$/ });
  await button.waitFor();
  const input = dialog.locator('input.input').first();
  await eventually('the dialog takes the path', async () => {
    await input.fill(path, { timeout: 4000 });
    return (await input.inputValue()) === path;
  });
  await button.click();
}

const pick = (text: string): Promise<void> =>
  workbench.page.locator('.quick-input-widget .monaco-list-row', { hasText: text }).first().click();

test('Import Weights shows the table, asks, and makes a run that predicts', async () => {
  await workbench.runCommand('Gatescope: Import Weights…');
  await choosePath(join(workspace.dir, 'lstm.pt'));
  await pick('Choose the file of tokens');
  await choosePath(join(workspace.dir, 'tokens.txt'));
  await workbench.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Import', exact: true }).click();
  const [{ dir, manifest }] = await eventually('there is a run', async () => {
    const found = await runs();
    return found[0]?.manifest.status === 'imported' ? found : undefined;
  });
  assert.equal(manifest.name, 'lstm.pt');
  assert.match(await workbench.editorText(), /fc\.weight +\[3, 8\] +head\.weight/);
  assert.ok((await readdir(dir)).includes('tokenizer.json'));

  await workbench.runCommand('Gatescope: Predict');
  await workbench.page.locator('.quick-input-widget input.input').first().fill('two five one');
  await workbench.page.keyboard.press('Enter');
  await eventually('the classes show', async () =>
    /lstm\.pt: two five one[\s\S]*%/.test(await workbench.page.locator('.quick-input-widget').innerText()),
  );
  await workbench.page.keyboard.press('Escape');
});

test('Export Run writes a PyTorch module', async () => {
  await workbench.runCommand('Gatescope: Export Run…');
  await pick('PyTorch');
  await choosePath(workspace.dir);
  const [{ manifest }] = await runs();
  const folder = join(workspace.dir, `${manifest.id}-pytorch`);
  const source = await eventually('model.py is there', () =>
    readFile(join(folder, 'model.py'), 'utf8').catch(() => undefined),
  );
  assert.match(source, /class LSTMEncoder\(nn\.LSTM\)/);
  await workbench.notification(/Exported to .*model\.py/).waitFor();
});
