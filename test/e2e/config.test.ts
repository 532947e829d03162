// Writing a config in a real VS Code: errors in Problems with quick fixes, errors that only the data shows, completion, templates.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
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
  await workspace.edit('"hiddenSize"', '"hiddensize"');
  await workspace.edit(
    '"textColumn": "text", "labelColumn": "label" },\n    // A tenth',
    '"textColumn": "txet", "labelColumn": "label" },\n    // A tenth',
  );
  server = await startVscode({ workspace: workspace.dir });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
  await workbench.openFile(EXAMPLE_CONFIG);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

/** Opens the quick fixes of the first problem and takes the one with this title. */
async function applyFix(title: string): Promise<void> {
  const { page } = workbench;
  const fix = page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
  const row = page.locator('.markers-panel .monaco-list-row', { hasText: 'gatescope' }).last();
  await actUntil(
    `the fix "${title}" is offered`,
    async () => {
      await page.keyboard.press('Escape');
      await workbench.problems();
      await row.dblclick();
      await page.locator('.editor-group-container .monaco-editor.focused').waitFor();
      await page.keyboard.press('Control+.');
    },
    () => fix.isVisible(),
  );
  await actUntil(
    'the fix is taken',
    async () => (await fix.isVisible()) && fix.click(),
    async () => !(await fix.isVisible()),
  );
}

/** Saves the config until what must stand in it is on disk. */
async function save(text: RegExp): Promise<void> {
  await actUntil(
    'it is saved',
    () => workbench.runCommand('File: Save'),
    async () => text.test(await readFile(workspace.configPath, 'utf8')),
  );
}

test('an unknown key is a problem that names the nearest key, once', async () => {
  const rows = await eventually('the problem shows', async () => {
    const texts = await workbench.problems();
    return texts.some((text) => /hiddensize/.test(text)) ? texts : undefined;
  });
  const about = rows.filter((text) => /hiddensize/i.test(text));
  assert.equal(about.length, 1, rows.join('\n'));
  assert.match(about[0], /Did you mean "hiddenSize"\?/);
  assert.match(about[0], /Ln 17, Col/);
});

test('its quick fix mends it', async () => {
  await applyFix('Change to "hiddenSize"');
  await eventually('the problem is gone', async () =>
    (await workbench.problems()).every((text) => !/hiddensize/.test(text)),
  );
});

test('a column that is not in the data is found once the config is saved, with a fix', async () => {
  await workbench.openFile(EXAMPLE_CONFIG);
  await save(/"hiddenSize"/);
  await eventually('the problem shows', async () =>
    (await workbench.problems()).some((text) => /no column "txet"[\s\S]*Did you mean "text"\?/.test(text)),
  );
  await applyFix('Change to "text"');
  await save(/"textColumn": "text", "labelColumn": "label" \},\r?\n {4}\/\/ A tenth/);
  await eventually('no problem is left', async () =>
    (await workbench.problems()).every((text) => !/gatescope/.test(text)),
  );
});

test('a new experiment comes from a template with its first field selected', async () => {
  const { quickInput, statusBar } = workbench;
  await workbench.runCommand('Gatescope: New Experiment');
  await quickInput.pick(/What do your texts look like\?/, 'text-classifier');
  await quickInput.pick(/Folder of the config/, basename(workspace.dir));
  await quickInput.type(/File name/, 'mine');
  await workbench.shows(workbench.tab('mine.gatescope.json'));
  await eventually('a field is selected', async () => /\(\d+ selected\)/.test(await statusBar.innerText()));
});
