// From a CSV to a trained run in a real VS Code: import by the explorer's menu, a finding, its remedy, a config in one step.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { makeWorkspace, type Workspace } from '../support/workspace.ts';

const ROWS = Array.from({ length: 200 }, (_, at) =>
  at % 2 === 0 ? `the sun is warm in summer ${at},warm` : `snow and ice are cold in winter ${at},cold`,
);
// Two rows stand there twice.
const CSV = `text,label\n${[...ROWS, ROWS[10], ROWS[11]].join('\n')}\n`;

let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  await writeFile(join(workspace.dir, 'weather.csv'), CSV);
  server = await startVscode({ workspace: workspace.dir });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

const row = (text: string | RegExp): Locator =>
  workbench.page.locator('.pane-body .monaco-list-row', { hasText: text }).first();

test('the menu of a file imports it, after showing what was found', async () => {
  const { page } = workbench;
  await workbench.runCommand('View: Show Explorer');
  await eventually('the menu offers the import', async () => {
    await page.keyboard.press('Escape');
    await row('weather.csv').click({ button: 'right', timeout: 5000 });
    const item = page.getByRole('menuitem', { name: 'Import Dataset…' });
    await item.click({ timeout: 5000 });
    // A menu that has just opened takes no click yet: then it stays, and is asked again.
    await item.waitFor({ state: 'hidden', timeout: 2000 });
    return true;
  });
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  const text = await dialog.innerText();
  assert.match(text, /Import as weather\.dataset\.json\?/);
  assert.match(text, /format: csv \(by its name/);
  assert.match(text, /train: 202 rows, 2 labels/);
  assert.match(text, /2 rows with text and label of an earlier one/);
  await dialog.getByRole('button', { name: 'Write Manifest' }).click();
  await eventually('the manifest is written', () =>
    readFile(join(workspace.dir, 'weather.dataset.json'), 'utf8').then(JSON.parse, () => undefined),
  );
});

test('the view lists the dataset with its findings, and their rows', async () => {
  await workbench.runCommand('Gatescope: Focus on Datasets View');
  await row(/^weather/).click();
  await eventually('the finding shows', async () => {
    if (await row('2 rows with text and label').isVisible()) return true;
    await workbench.page.keyboard.press('ArrowRight');
    return undefined;
  });
  await row('2 rows with text and label').click();
  await eventually('its rows show', async () => {
    if (await row('weather.csv:202').isVisible()) return true;
    await workbench.page.keyboard.press('ArrowRight');
    return undefined;
  });
});

test('its remedy leaves the rows out and changes the manifest alone', async () => {
  await row('2 rows with text and label').hover();
  await row('2 rows with text and label').getByRole('button', { name: 'Leave Out These Rows' }).click();
  const manifest = await eventually('the rows are left out', async () => {
    const read = JSON.parse(await readFile(join(workspace.dir, 'weather.dataset.json'), 'utf8'));
    return read.exclude ? read : undefined;
  });
  assert.deepEqual(manifest.exclude, [{ path: 'weather.csv', lines: [[202, 203]], reason: 'dataset.duplicate' }]);
  assert.equal(await readFile(join(workspace.dir, 'weather.csv'), 'utf8'), CSV);
  await eventually('the finding is gone', async () => !(await row('2 rows with text and label').isVisible()));
});

test('one step makes a config that has no problems', async () => {
  await row(/^weather/).hover();
  await row(/^weather/)
    .getByRole('button', { name: 'New Experiment from Dataset' })
    .click();
  const config = await eventually('the config is written', () =>
    readFile(join(workspace.dir, 'weather.gatescope.json'), 'utf8').catch(() => undefined),
  );
  assert.match(config, /"train": \{ "dataset": "weather" \}/);
  await workbench.page.locator('.tab', { hasText: 'weather.gatescope.json' }).first().waitFor();
  assert.deepEqual(
    (await workbench.problems()).filter((text) => /weather/.test(text)),
    [],
  );
});
