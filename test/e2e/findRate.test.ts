// The search for a learning rate in a real VS Code: from the palette to its curve, and the suggestion into the config.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { EXAMPLE_CONFIG, makeWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  server = await startVscode({ workspace: workspace.dir });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

test('Find Learning Rate shows its curve, and the suggestion goes into the config', async () => {
  await workbench.openFile(EXAMPLE_CONFIG);
  await workbench.runCommand('Gatescope: Find Learning Rate');
  const search = await eventually('the curve shows', async () => {
    const region = (await workbench.dashboard()).getByRole('region', { name: 'Search' });
    return (await region.getByRole('img', { name: /^Loss by learning rate.*suggestion at/ }).isVisible()) && region;
  });
  const write = search.getByRole('button', { name: /^Write [\d.e-]+ into Config$/ });
  const [, rate] = /Write (\S+) into/.exec(await write.innerText())!;
  await actUntil(
    'the rate is in the config',
    () => write.click(),
    async () => (await workbench.editorText()).includes(`"learningRate": ${rate}`),
  );
  assert.deepEqual(workbench.violations, []);
});
