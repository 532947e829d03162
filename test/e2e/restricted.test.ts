// Restricted Mode: runs can be looked at, Train says why it is off.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { EXAMPLE_CONFIG, makeWorkspace, type Workspace } from '../support/workspace.ts';

const CLI_PATH = resolve(import.meta.dirname, '../../dist/cli.cjs');
let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  await promisify(execFile)(process.execPath, [CLI_PATH, 'train', workspace.configPath, '--set', 'training.epochs=1']);
  server = await startVscode({ workspace: workspace.dir, hasTrust: true });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

test('the config says why training is off, and the palette does not offer it', async () => {
  await workbench.openFile(EXAMPLE_CONFIG);
  await eventually('the line says so', async () => /Training is off in Restricted Mode/.test(await workbench.lenses()));
  assert.equal(await workbench.hasCommand('Gatescope: Train'), false);
  assert.equal(await workbench.hasCommand('Gatescope: Open Dashboard'), true);
});

test('runs can be looked at; predictions are off with the reason', async () => {
  await workbench.runCommand('Gatescope: Open Dashboard');
  const page = await workbench.dashboard();
  await eventually('the run shows', async () =>
    /Completed/.test(await page.getByRole('table', { name: 'Runs' }).innerText()),
  );
  await eventually('its evaluation shows', async () =>
    /Misclassified/.test(await page.locator('gs-evaluation').innerText()),
  );
  await eventually('predictions are off', () => page.getByRole('textbox', { name: 'A text to classify' }).isDisabled());
  assert.match(await page.locator('gs-try-it').innerText(), /Restricted Mode/);
});

test('probes that were stored can be looked at, epoch by epoch; tracing a text is off with the reason', async () => {
  await workbench.runCommand('Gatescope: Inspect Gates…');
  const page = await workbench.inspector();
  await workbench.shows(page.getByText(/Tracing texts is off because this folder is in Restricted Mode/));
  const text = page.getByRole('textbox', { name: 'A text to look at' });
  assert.ok(await text.isDisabled());
  await eventually('the first probe is shown', async () => /^Wherefore/.test(await text.inputValue()));
  await actUntil(
    'a cell is read out',
    () => page.getByRole('grid').first().press('ArrowRight'),
    async () => /= .?\d\.\d{4}/.test(await page.getByLabel('Read-out').innerText()),
  );
  const slider = page.getByRole('slider', { name: 'Epoch' });
  await actUntil(
    'the network before training is shown',
    () => slider.press('Home'),
    async () => /before training/.test((await slider.getAttribute('aria-valuetext')) ?? ''),
  );
  assert.equal(await workbench.hasCommand('Gatescope: Inspect Gates of Selection'), false);
  assert.deepEqual(workbench.violations, []);
});
