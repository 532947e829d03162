// The form in a real VS Code: beside the text, both ways, undone in one step, saved and trained from its button.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Frame, Locator } from 'playwright-core';
import { listRuns } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { EXAMPLE_CONFIG, makeWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;
let form: Frame;

before(async () => {
  workspace = await makeWorkspace();
  await writeFile(join(workspace.dir, 'empty.gatescope.json'), '');
  server = await startVscode({
    workspace: workspace.dir,
    settings: { 'files.autoSave': 'off', 'editor.minimap.enabled': false },
  });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
  await workbench.openFile(EXAMPLE_CONFIG);
  await workbench.runCommand('Gatescope: Open Config Form');
  form = await workbench.form();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

/** The text as its editor shows it, beside the form. */
async function shownText(): Promise<string> {
  const text = await workbench.page.locator('.editor-group-container .monaco-editor .view-lines').first().innerText();
  return text.replaceAll('\u00a0', ' ');
}

const shows = (pattern: RegExp): Promise<true> =>
  eventually(`the text shows ${pattern}`, async () => (pattern.test(await shownText()) ? true : undefined));

/** Sets a field again and again until the text has it: a page may be drawn anew between two keys. */
async function setField(name: string, value: string, pattern: RegExp): Promise<void> {
  const field = form.getByRole('textbox', { name, exact: true });
  await actUntil(
    `${name} is ${value} in the text`,
    async () => {
      await field.fill(value);
      await field.press('Enter');
    },
    async () => pattern.test(await shownText()),
  );
}

test('the form stands beside the text, and a change in it is one in the text', async () => {
  await shows(/"name": "Early Modern English, BiLSTM"/);
  const name = form.getByRole('textbox', { name: 'Name', exact: true });
  await eventually('the form shows the text', async () => (await name.inputValue()) === 'Early Modern English, BiLSTM');
  await setField('Name', 'From the form', /"name": "From the form"/);
  await shows(/\/\/ A CSV with a header\. Paths are relative to this file\./);
  assert.match(await readFile(workspace.configPath, 'utf8'), /"Early Modern English, BiLSTM"/, 'nothing is saved yet');
});

test('a change in several places is one step of undo, and the change before it stays', async () => {
  const { page } = workbench;
  const part = form.getByRole('combobox', { name: 'Test', exact: true });
  await eventually('the text has a dataset', async () => {
    await part.selectOption('Dataset', { timeout: 4000 });
    await eventually('the text follows', async () => /"test": \{ "dataset": "[^"]+" \}/.test(await shownText()), 4000);
    return true;
  });
  const isBack = async (): Promise<boolean> => /"test": \{ "path": "test\.csv", "textColumn"/.test(await shownText());
  await eventually('the file is back', async () => {
    if (await isBack()) return true;
    await page.locator('.editor-group-container .monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+z');
    return eventually('the text follows', isBack, 10_000);
  });
  assert.match(await shownText(), /"name": "From the form"/);
  await eventually('the form follows', async () => /^File or folder$/m.test(await chosenIn(part)));
});

const chosenIn = (select: Locator): Promise<string> =>
  select.evaluate((element) => (element as HTMLSelectElement).selectedOptions[0].label);

test('a change in the text is one in the form', async () => {
  const { page } = workbench;
  const epochs = form.getByRole('textbox', { name: 'Epochs', exact: true });
  const widget = page.locator('.find-widget.visible');
  await actUntil(
    'the form shows what was typed',
    async () => {
      await page.locator('.editor-group-container .monaco-editor .view-lines').first().click();
      await page.keyboard.press('Control+H');
      await widget.locator('.find-part textarea').first().fill('"epochs": 8');
      await widget.locator('.replace-part textarea').first().fill('"epochs": 2');
      await page.keyboard.press('Control+Alt+Enter');
      await page.keyboard.press('Escape');
    },
    async () => (await epochs.inputValue()) === '2',
  );
});

test('Train in the form saves and trains', async () => {
  const latest = async () => (await listRuns(join(workspace.dir, '.gatescope', 'runs')))[0];
  const train = form.getByRole('button', { name: 'Train', exact: true });
  await actUntil('a run begins', () => train.click(), latest, 30_000);
  await eventually('it has ended', async () => (await latest()).manifest.status === 'completed', 180_000);
  assert.match(await readFile(workspace.configPath, 'utf8'), /"epochs": 2/);
});

test('the form of an empty file writes the smallest config', async () => {
  await workbench.runCommand('View: Close All Editors');
  await workbench.openFile('empty.gatescope.json');
  await workbench.runCommand('Gatescope: Open Config Form');
  form = await workbench.form();
  await actUntil(
    'the text has a config',
    () => form.getByRole('button', { name: 'Write a Minimal Config' }).click(),
    async () => /"encoder": \{ "type": "lstm" \}/.test(await shownText()),
  );
  await eventually('the missing file is said at its field', async () =>
    /data\.csv/.test(await form.locator('[data-path="data.train.path"] .problem').first().innerText({ timeout: 4000 })),
  );
  assert.deepEqual(workbench.violations, []);
});
