// A language model in a real VS Code: train the example, see its own curves and samples, let it write on from a prompt.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { listRuns } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { makeWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace('shakespeare');
  await workspace.edit('"epochs": 8', '"epochs": 2');
  await workspace.edit('"hiddenSize": 64', '"hiddenSize": 16');
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

test('training shows perplexity and samples, and ends with what can be done next', async () => {
  await workbench.openFile('shakespeare.gatescope.json');
  await workbench.runCommand('Gatescope: Train');
  const page = await workbench.dashboard();
  await workbench.shows(page.getByRole('img', { name: /^Perplexity/ }));
  await eventually('the run has completed', async () => (await runs())[0].manifest.status === 'completed', 200_000);
  const end = await workbench.notified(/is trained\. Best validation perplexity \d/);
  await workbench.shows(end.getByText('Generate Text', { exact: true }));
  await eventually('the samples of both epochs show', async () =>
    /Epoch 2[\s\S]*Epoch 1/.test(await page.getByRole('region', { name: 'Samples' }).innerText()),
  );
  assert.equal(await page.getByRole('img', { name: /^Accuracy/ }).count(), 0);
});

test('the page goes on from a prompt', async () => {
  const page = await workbench.dashboard();
  const written = page.locator('gs-write-on .written');
  await actUntil(
    'it has written',
    async () => {
      await page.getByRole('textbox', { name: 'A text to go on from' }).fill('First Citizen:');
      await page.getByRole('spinbutton', { name: 'Length' }).fill('50');
      await page.getByRole('button', { name: 'Generate' }).click();
    },
    async () => (await written.innerText()).length > 50,
  );
  assert.match(await written.innerText(), /^First Citizen:/);
});

test('Generate Text asks for a prompt and opens what was written', async () => {
  await workbench.runCommand('Gatescope: Generate Text');
  await workbench.quickInput.type(/A text to go on from/, 'MENENIUS:');
  await eventually('the text is open', async () => /MENENIUS:.*\S/.test(await workbench.editorText()));
  assert.deepEqual(workbench.violations, []);
});
