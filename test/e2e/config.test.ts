// Writing a config in a real VS Code: errors in Problems with quick fixes, errors that only the data shows, completion, templates.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
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
  await eventually(`the fix "${title}" is offered`, async () => {
    const { page } = workbench;
    await page.keyboard.press('Escape');
    await workbench.problems();
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'gatescope' }).last().dblclick();
    await page.locator('.editor-group-container .monaco-editor.focused').waitFor({ timeout: 4000 });
    await page.keyboard.press('Control+.');
    const fix = page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
    await fix.waitFor({ timeout: 4000 });
    await fix.click();
    return true;
  });
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
  await workbench.runCommand('File: Save');
  await eventually('it is saved', async () => /"hiddenSize"/.test(await readFile(workspace.configPath, 'utf8')));
  await eventually('the problem shows', async () =>
    (await workbench.problems()).some((text) => /no column "txet"[\s\S]*Did you mean "text"\?/.test(text)),
  );
  await applyFix('Change to "text"');
  await workbench.runCommand('File: Save');
  await eventually('no problem is left', async () =>
    (await workbench.problems()).every((text) => !/gatescope/.test(text)),
  );
  await eventually('the fix is on disk', async () => !/txet/.test(await readFile(workspace.configPath, 'utf8')));
});

test('a new experiment comes from a template with its first field selected', async () => {
  await workbench.runCommand('Gatescope: New Experiment');
  const { page } = workbench;
  const rows = page.locator('.quick-input-widget .monaco-list-row');
  await rows.first().waitFor();
  await rows.first().click();
  await eventually('the name is asked for', async () => {
    if (/File name/.test(await page.locator('.quick-input-widget').innerText())) return true;
    // The folder is asked for first.
    await rows.first().click({ timeout: 500 });
    return false;
  });
  await page.locator('.quick-input-widget input.input').first().fill('mine');
  await page.keyboard.press('Enter');
  await page.locator('.editor-group-container .tab', { hasText: 'mine.gatescope.json' }).first().waitFor();
  await eventually('a field is selected', async () => /\(\d+ selected\)/.test(await workbench.statusBar.innerText()));
});
