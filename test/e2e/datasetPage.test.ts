// The dataset page in a real VS Code: rows, a finding, its remedy by an edit of the manifest, undo, the way to a row's file, and advice that
// becomes a config.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, becomes, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { makeWorkspace, type Workspace } from '../support/workspace.ts';

const ROWS = Array.from({ length: 200 }, (_, at) =>
  at % 2 === 0 ? `the sun is warm in summer ${at},warm` : `snow and ice are cold in winter ${at},cold`,
);
// Two rows stand there twice.
const CSV = `text,label\n${[...ROWS, ROWS[10], ROWS[11]].join('\n')}\n`;
const MANIFEST = `{
  // How warm it was.
  "name": "Weather",
  "files": [{ "path": "letters.csv", "format": "csv", "encoding": "utf-8" }],
  "splits": { "validation": 0.1, "seed": 1 }
}
`;

let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  await writeFile(join(workspace.dir, 'letters.csv'), CSV);
  await writeFile(join(workspace.dir, 'letters.dataset.json'), MANIFEST);
  server = await startVscode({ workspace: workspace.dir });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

const manifestText = (): Promise<string> => readFile(join(workspace.dir, 'letters.dataset.json'), 'utf8');
const statusOf = (page: Frame): Promise<string> => page.locator('.row-status').innerText();
const leaveOut = (page: Frame) => page.getByRole('button', { name: 'Leave out: duplicate' });

test('the palette opens the page, which has the rows and what was found', async () => {
  await workbench.runCommand('Gatescope: Open Dataset');
  const page = await workbench.dataset();
  await eventually('all rows', async () => /^202 rows$/.test((await statusOf(page)).trim()));
  await eventually('the first row', async () =>
    /letters\.csv:2\s+the sun is warm in summer 0\s+warm/.test(await page.locator('.row').first().innerText()),
  );
  await eventually('the finding', () => leaveOut(page).isVisible());
  assert.match(await page.locator('main').innerText(), /2 rows with text and label of an earlier one/);
  assert.deepEqual(workbench.violations, []);
});

test('a finding filters the table', async () => {
  const page = await workbench.dataset();
  const show = page.getByRole('button', { name: 'Show rows: duplicate' });
  await actUntil(
    'its rows',
    async () => (await show.getAttribute('aria-pressed')) === 'true' || show.click(),
    async () => /^2 of 202 rows/.test((await statusOf(page)).trim()),
  );
  await eventually('their lines', async () => {
    const places = await page.locator('.row .cell-place').allInnerTexts();
    return places.join() === 'letters.csv:202,letters.csv:203';
  });
});

test('its remedy changes the manifest alone, and the page follows', async () => {
  const page = await workbench.dataset();
  await actUntil(
    'the rows are left out',
    async () => (await leaveOut(page).isVisible()) && leaveOut(page).click(),
    async () => /"exclude"/.test(await manifestText()),
  );
  const text = await manifestText();
  assert.match(text, /\/\/ How warm it was\./);
  assert.match(text, /"lines": \[\[202, 203\]\],\s+"reason": "dataset\.duplicate"/);
  assert.equal(await readFile(join(workspace.dir, 'letters.csv'), 'utf8'), CSV);
  await eventually('the finding is gone', async () => !(await leaveOut(page).isVisible()));
  await becomes(() => statusOf(page).then((said) => said.trim()), /^0 of 202 rows/);
  await eventually('it says what is left out', () =>
    page.getByRole('button', { name: 'Put back: duplicate' }).isVisible(),
  );
});

test('what was left out is put back', async () => {
  const page = await workbench.dataset();
  const back = page.getByRole('button', { name: 'Put back: duplicate' });
  await actUntil(
    'the manifest leaves nothing out',
    async () => (await back.isVisible()) && back.click(),
    async () => (await manifestText()) === MANIFEST,
  );
  await eventually('the finding is back', () => leaveOut(page).isVisible());
  await becomes(() => statusOf(page).then((said) => said.trim()), /^2 of 202 rows/);
});

test('the line over the manifest opens the page; undo in the editor takes a remedy back', async () => {
  await workbench.openFile('letters.dataset.json');
  const lens = workbench.page.locator('.codelens-decoration a', { hasText: 'Open Dataset' });
  await workbench.shows(lens);
  await actUntil(
    'the page is in front',
    async () => (await lens.isVisible()) && lens.click(),
    async () => !(await lens.isVisible()),
  );
  const page = await workbench.dataset();
  await actUntil(
    'the rows are left out',
    async () => (await leaveOut(page).isVisible()) && leaveOut(page).click(),
    async () => /"exclude"/.test(await manifestText()),
  );
  await workbench.openFile('letters.dataset.json');
  await actUntil(
    'the manifest is as it was',
    async () => {
      await workbench.page.locator('.editor-group-container.active .view-lines').first().click();
      if (/exclude/.test(await workbench.editorText())) await workbench.page.keyboard.press('Control+Z');
      await workbench.runCommand('File: Save');
    },
    async () => (await manifestText()) === MANIFEST,
  );
  await workbench.runCommand('Gatescope: Open Dataset');
  const again = await workbench.dataset();
  await eventually('the finding is back', () => leaveOut(again).isVisible());
});

test('Enter opens the file of a row at its line', async () => {
  const page = await workbench.dataset();
  const clear = page.getByRole('button', { name: 'Clear the filter' });
  await eventually('all rows', async () => {
    if (await clear.isVisible()) await clear.click({ timeout: 2000 });
    return /^202 rows$/.test((await statusOf(page)).trim());
  });
  const row = page.locator('.row', { hasText: 'letters.csv:4' }).first();
  await actUntil(
    'the file opens',
    async () => {
      await row.click({ timeout: 5000 });
      await page.getByRole('grid', { name: 'Rows' }).press('Enter');
    },
    async () => /Ln 4,/.test(await workbench.statusBar.innerText()),
  );
  await workbench.shows(workbench.tab('letters.csv'));
});

test('the palette shows which encoder fits, and Enter makes a config of it', async () => {
  await workbench.runCommand('Gatescope: Advise on Encoder…');
  const page = await workbench.dataset();
  const advice = page.getByRole('region', { name: 'Advice', exact: true });
  // The first time on a machine it is measured for that.
  await eventually('the advice', () => advice.isVisible(), 120_000);
  assert.match(
    await advice.innerText(),
    /model\.encoder\.type.*text\.maxLength|text\.maxLength.*model\.encoder\.type/s,
  );
  assert.match(await advice.innerText(), /An epoch: about/);
  const config = await actUntil(
    'the config is written',
    () => advice.getByRole('button', { name: 'New Experiment with These' }).press('Enter', { timeout: 5000 }),
    // A file that was just made may be empty still.
    () =>
      readFile(join(workspace.dir, 'letters.gatescope.json'), 'utf8').then(
        (text) => text || undefined,
        () => undefined,
      ),
  );
  assert.match(config, /\/\/ 99 % of the training texts have up to \d+ tokens\.\n/);
  await workbench.shows(workbench.tab('letters.gatescope.json'));
});
