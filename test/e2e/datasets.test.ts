// From a CSV to a trained run in a real VS Code: import by the explorer's menu, a finding, its remedy, a config in one step, and its training.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { listRuns } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
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

const FINDING = '2 rows with text and label';

test('the menu of a file imports it, after showing what was found', async () => {
  await workbench.runCommand('View: Show Explorer');
  await workbench.pickFromMenu(workbench.row('weather.csv'), 'Import Dataset…');
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await workbench.shows(dialog);
  const text = await dialog.innerText();
  assert.match(text, /Import as weather\.dataset\.json\?/);
  assert.match(text, /format: csv \(by its name/);
  assert.match(text, /train: 202 rows, 2 labels/);
  assert.match(text, /2 rows with text and label of an earlier one/);
  await workbench.answerDialog('Write Manifest');
  await eventually('the manifest is written', () =>
    readFile(join(workspace.dir, 'weather.dataset.json'), 'utf8').then(JSON.parse, () => undefined),
  );
});

test('the view lists the dataset with its findings, and their rows', async () => {
  await workbench.runCommand('Gatescope: Focus on Datasets View');
  await workbench.expand(/^weather/, FINDING);
  await workbench.expand(FINDING, 'weather.csv:202');
});

test('its remedy leaves the rows out and changes the manifest alone', async () => {
  const manifest = await actUntil(
    'the rows are left out',
    () => workbench.clickInRow(workbench.row(FINDING), 'Leave Out These Rows'),
    async () => {
      const read = JSON.parse(await readFile(join(workspace.dir, 'weather.dataset.json'), 'utf8'));
      return read.exclude ? read : undefined;
    },
  );
  assert.deepEqual(manifest.exclude, [{ path: 'weather.csv', lines: [[202, 203]], reason: 'dataset.duplicate' }]);
  assert.equal(await readFile(join(workspace.dir, 'weather.csv'), 'utf8'), CSV);
  await eventually('the finding is gone', async () => !(await workbench.row(FINDING).isVisible()));
});

test('one step makes a config that has no problems', async () => {
  const config = await actUntil(
    'the config is written',
    () => workbench.clickInRow(workbench.row(/^weather/), 'New Experiment from Dataset'),
    // A file that was just made may be empty still.
    () =>
      readFile(join(workspace.dir, 'weather.gatescope.json'), 'utf8').then(
        (text) => text || undefined,
        () => undefined,
      ),
  );
  assert.match(config, /"train": \{ "dataset": "weather" \}/);
  await workbench.shows(workbench.tab('weather.gatescope.json'));
  await eventually('it was read', async () => /Train/.test(await workbench.lenses()));
  // Twenty held-out rows are few, which is said once the data was read.
  const problems = (await workbench.problems()).filter((text) => /\[Ln \d/.test(text));
  assert.deepEqual(
    problems.filter((text) => !/preflight\.smallValidation/.test(text)),
    [],
  );
});

test('the config trains as it is', async () => {
  const latest = async () => (await listRuns(join(workspace.dir, '.gatescope', 'runs')))[0];
  await workbench.openFile('weather.gatescope.json');
  await actUntil('a run begins', () => workbench.runCommand('Gatescope: Train'), latest, 30_000);
  await eventually('it has ended', async () => (await latest()).manifest.status === 'completed', 120_000);
  assert.ok((await latest()).manifest.best, 'its best epoch is kept');
});
