// The inspector in a real VS Code: train the example, look into the run, read a cell and compare it with the command line, keep all of it over a reload.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Frame } from 'playwright-core';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { listRuns } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { EXAMPLE_CONFIG, makeWorkspace, type Workspace } from '../support/workspace.ts';

const PROBES = ['Wherefore dost thou weep, sweet lady?', 'Why are you crying (again)?'];
const SENTENCE = 'Thou art more lovely than the morning';
const CLI_PATH = resolve(import.meta.dirname, '../../dist/cli.cjs');
let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  await workspace.edit('"epochs": 8', '"epochs": 3');
  await workspace.edit(/"probes": \[[^\]]*\]/, `"probes": [\n    "${PROBES[0]}",\n    "${PROBES[1]}"\n  ]`);
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
const textBox = (page: Frame) => page.getByRole('textbox', { name: 'A text to look at' });
const textOf = (page: Frame): Promise<string> => textBox(page).inputValue();
const readOutOf = (page: Frame): Promise<string> => page.getByLabel('Read-out').innerText();
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await workbench.page.keyboard.press(key);
};

interface ReadOut {
  value: number;
  unit: number;
  token: number;
}

/** What the page says of the cell at the cursor, where it speaks of hidden states at this token. */
async function readHidden(page: Frame, token: number): Promise<ReadOut | undefined> {
  const text = (await readOutOf(page)).replace('−', '-');
  const found = /= (-?[\d.]+)\s+hidden state of unit (\d+) at token (\d+)/.exec(text);
  if (!found || Number(found[3]) !== token) return undefined;
  return { value: Number(found[1]), unit: Number(found[2]), token };
}

/** h of the first layer, forward, from the command line: [T, H]. */
async function hiddenByCommandLine(runDir: string, text: string): Promise<{ data: Float32Array; shape: number[] }> {
  const path = join(workspace.dir, 'trace.safetensors');
  await promisify(execFile)(process.execPath, [CLI_PATH, 'trace', runDir, '--text', text, '--out', path]);
  const { tensors } = decodeSafetensors(await readFile(path));
  const hidden = tensors.find(({ name }) => name === 'layer0.forward.h');
  assert.ok(hidden);
  return hidden as { data: Float32Array; shape: number[] };
}

/** Whether the tokens of the shown trace are those of a text. */
async function hasTokens(page: Frame, tokens: readonly string[]): Promise<boolean> {
  const shown = await page.getByRole('list', { name: 'Tokens' }).getByRole('listitem').allInnerTexts();
  return shown.join(' ') === tokens.join(' ');
}

test('before there is a run, the line over the probes says what they are for', async () => {
  await workbench.openFile(EXAMPLE_CONFIG);
  await eventually('the line is there', async () =>
    /Train to keep the gates of these texts/.test(await workbench.lenses()),
  );
});

test('after training the line over the probes opens the inspector on the first of them', async () => {
  await workbench.runCommand('Gatescope: Train');
  await eventually('the run has completed', async () => (await runs())[0]?.manifest.status === 'completed', 120_000);
  const end = await workbench.notified(/is trained/);
  await workbench.shows(end.getByText('Inspect Gates', { exact: true }));
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.openFile(EXAMPLE_CONFIG);
  const lens = workbench.page.locator('.codelens-decoration a', { hasText: /Inspect.gates.in/ });
  await actUntil(
    'a click opens it',
    () => lens.click(),
    async () => (await textOf(await workbench.inspector())) === PROBES[0],
  );
  const texts = workbench.page.locator('.codelens-decoration a').getByText('Inspect', { exact: true });
  await eventually('each text has a line', async () => (await texts.count()) === 2);
});

test('a sentence is traced as it is typed; the value of a cell is the one that the command line tells', async () => {
  const page = await workbench.inspector();
  await actUntil(
    'the text is read',
    () => textBox(page).fill(SENTENCE),
    () => hasTokens(page, SENTENCE.toLowerCase().split(' ')),
  );
  await page.getByRole('radio', { name: 'hidden state' }).check();
  const { value, unit, token } = await actUntil(
    'the read-out tells h at token 2',
    async () => {
      await page.getByRole('grid').first().focus();
      await press('Home', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    },
    () => readHidden(page, 2),
  );
  const [{ dir }] = await runs();
  const { data, shape } = await hiddenByCommandLine(dir, SENTENCE);
  assert.equal(shape[0], 7);
  // The page tells four decimals.
  const exact = data[token * shape[1] + unit];
  assert.ok(Math.abs(value - exact) <= 0.5e-4 + 1e-7, `${value} on the page, ${exact} by the command line`);
  assert.ok(Math.abs(exact) > 0);
});

test('a reload of the whole window keeps the text, the cell and what was pinned', async () => {
  const before = await workbench.inspector();
  const pinned = (page: Frame) => page.getByRole('region', { name: 'Pinned units' });
  await actUntil(
    'the unit is pinned',
    async () => (await pinned(before).isVisible()) || before.getByRole('grid').first().press('Enter'),
    () => pinned(before).isVisible(),
  );
  const readOut = await readOutOf(before);
  await workbench.reload();
  const page = await workbench.inspector();
  await eventually('the text is read', () => hasTokens(page, SENTENCE.toLowerCase().split(' ')));
  assert.equal(await textOf(page), SENTENCE);
  await eventually('the cell is read out', async () => (await readOutOf(page)) === readOut);
  await workbench.shows(pinned(page));
});

test('the slider plays back what was learned: the network before training is no wiser, and the place is kept', async () => {
  const page = await workbench.inspector();
  await actUntil(
    'the probe is shown',
    () => page.getByRole('combobox', { name: 'Probes of the run' }).selectOption({ label: PROBES[1] }),
    async () => (await textOf(page)) === PROBES[1],
  );
  const slider = page.getByRole('slider', { name: 'Epoch' });
  const shown = (frame: Frame) => frame.getByRole('slider', { name: 'Epoch' }).getAttribute('aria-valuetext');
  const sure = async (frame: Frame): Promise<number> => {
    const text = await frame.getByRole('table', { name: 'Class probabilities' }).innerText();
    return Math.max(...[...text.matchAll(/([\d.]+) ?%/g)].map(([, percent]) => Number(percent)));
  };
  await eventually('the best epoch is shown', async () => /epoch [1-3] \(best\)/.test((await shown(page)) ?? ''));
  const trained = await sure(page);
  await actUntil(
    'the network before training is shown',
    () => slider.press('Home'),
    async () => (await shown(page)) === 'before training',
  );
  await eventually('it is less sure', async () => (await sure(page)) < Math.min(trained, 75));
  await actUntil(
    'epoch 1 is shown',
    async () => (await shown(page)) !== 'before training' || slider.press('ArrowRight'),
    async () => /^epoch 1/.test((await shown(page)) ?? ''),
  );
  await workbench.reload();
  const after = await workbench.inspector();
  await eventually('it still is', async () => /^epoch 1/.test((await shown(after)) ?? ''));
  assert.equal(await textOf(after), PROBES[1]);
});

test('places in the data where the same units are on open at their line', async () => {
  const page = await workbench.inspector();
  await page.getByRole('combobox', { name: 'Weights' }).selectOption('best');
  const view = page.getByRole('tabpanel', { name: 'Select and match' });
  await actUntil(
    'the view opens',
    () => page.getByRole('tab', { name: 'Select and match' }).click(),
    () => view.isVisible(),
  );
  const token = view.getByRole('button', { name: 'crying' });
  const isChosen = async () => (await token.getAttribute('aria-pressed')) === 'true';
  await actUntil('the token is chosen', async () => (await isChosen()) || token.click(), isChosen);
  const first = view.getByRole('button', { name: /^train\.csv:\d+$/ }).first();
  await actUntil(
    'places are found',
    async () => {
      await view.getByRole('slider', { name: 'at least' }).fill('0.05');
      await view.getByRole('button', { name: 'Find' }).click();
    },
    () => first.isVisible(),
  );
  const [, line] = ((await first.getAttribute('aria-label')) ?? '').split(':');
  await actUntil(
    'the cursor is at its line',
    () => first.click(),
    async () => new RegExp(`Ln ${line},`).test(await workbench.statusBar.innerText()),
  );
  await workbench.shows(workbench.tab('train.csv'));
});

test('the view of runs opens the inspector on a run', async () => {
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('Gatescope: Focus on Runs View');
  const row = workbench.page.getByRole('treeitem', { name: /, completed, test/ });
  await actUntil(
    'the icon opens it',
    () => workbench.clickInRow(row, 'Inspect Gates'),
    () => workbench.tab('Gatescope Inspector').isVisible(),
  );
  await workbench.inspector();
});

test('what is selected in an editor is inspected by key', async () => {
  const selectSecondLine = async (): Promise<void> => {
    await workbench.openFile('test.csv');
    // The tab is there before its text takes the keys.
    await workbench.page.locator('.editor-group-container .monaco-editor.focused').waitFor();
    await press('Control+Home', 'ArrowDown', 'Home', 'Shift+End');
  };
  const line = (await readFile(join(workspace.dir, 'test.csv'), 'utf8')).split(/\r?\n/)[1].trim();
  const isSelected = async () => /Ln 2, .*selected/.test(await workbench.statusBar.innerText());
  await actUntil(
    'the page has the selected line',
    async () => {
      await actUntil('a line is selected', selectSecondLine, isSelected);
      await press('Control+Alt+g');
    },
    async () => (await textOf(await workbench.inspector())) === line,
  );
  assert.deepEqual(workbench.violations, []);
});
