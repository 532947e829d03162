// The inspector in a real VS Code: train the example, look into the run, read a cell and compare it with the command line, keep all of it over a reload.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import { listRuns } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, becomes, eventually } from '../support/eventually.ts';
import {
  type CellValue,
  epochOf,
  type HiddenStates,
  hasTokens,
  hiddenByCommandLine,
  isNear,
  parseHidden,
  readOutOf,
  readView,
  runCli,
  textBox,
  textOf,
} from '../support/inspectorPage.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { EXAMPLE_CONFIG, makeWorkspace, type Workspace } from '../support/workspace.ts';

const PROBES = ['Wherefore dost thou weep, sweet lady?', 'Why are you crying (again)?'];
const SENTENCE = 'Thou art more lovely than the morning';
const GRU = 'Early Modern English, GRU';
let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  await workspace.edit('"epochs": 8', '"epochs": 3');
  await workspace.edit('"type": "lstm", ', '"type": "lstm", "layers": 2, ');
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
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await workbench.page.keyboard.press(key);
};

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
    async () => parseHidden(await readOutOf(page), 2),
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
  const sure = async (frame: Frame): Promise<number> => {
    const text = await frame.getByRole('table', { name: 'Class probabilities' }).innerText();
    return Math.max(...[...text.matchAll(/([\d.]+) ?%/g)].map(([, percent]) => Number(percent)));
  };
  await eventually('the best epoch is shown', async () => /epoch [1-3] \(best\)/.test((await epochOf(page)) ?? ''));
  const trained = await sure(page);
  await actUntil(
    'the network before training is shown',
    () => slider.press('Home'),
    async () => (await epochOf(page)) === 'before training',
  );
  await eventually('it is less sure', async () => (await sure(page)) < Math.min(trained, 75));
  await actUntil(
    'epoch 1 is shown',
    async () => (await epochOf(page)) !== 'before training' || slider.press('ArrowRight'),
    async () => /^epoch 1/.test((await epochOf(page)) ?? ''),
  );
  await workbench.reload();
  const after = await workbench.inspector();
  await eventually('it still is', async () => /^epoch 1/.test((await epochOf(after)) ?? ''));
  assert.equal(await textOf(after), PROBES[1]);
});

test('a refresh of the browser keeps run, text, epoch, signal, layer, direction, order, zoom, cell and pinned units', async () => {
  const page = await workbench.inspector();
  const set = async (): Promise<void> => {
    await page.getByRole('radio', { name: 'forget gate' }).check();
    await page.getByRole('group', { name: 'Layer' }).getByRole('radio', { name: '1' }).check();
    await page.getByRole('radio', { name: '← backward' }).check();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('peak');
    await page.getByRole('tab', { name: 'Memory and kinds' }).click();
    await page.getByRole('grid').first().focus();
    await press('Control+Home', 'ArrowRight', 'ArrowDown');
    const { zoom, pinned } = await readView(page);
    if (zoom === 1) await press('+');
    if (pinned.length === 0) await press('Enter');
  };
  const shown = await actUntil('all of it is set', set, async () => {
    const { pinned, zoom, readOut, ...rest } = await readView(page);
    const isSet = pinned.length === 1 && zoom > 1 && /forget gate of unit \d+ at token 1/.test(readOut);
    return isSet && { pinned, zoom, readOut, ...rest };
  });
  const { epoch, text, layer, direction, order, view } = shown;
  assert.deepEqual(
    { text, layer, direction, view },
    { text: PROBES[1], layer: '1', direction: '← backward', view: 'Memory and kinds' },
  );
  assert.match(epoch ?? '', /^epoch 1/);
  assert.equal(order, 'peak');
  // VS Code for the web writes what is open some seconds behind, and what the extension keeps at once.
  await workbench.refresh((written) => {
    const kept = JSON.parse(written.get('gatescope.gatescope') ?? '{}') as Record<string, string>;
    const state = JSON.parse(kept['inspector.state'] ?? '{}') as { zoom?: number; views?: object; pinned?: object[] };
    const isOpen = (written.get('memento/workbench.parts.editor') ?? '').includes('gatescope.inspector');
    return isOpen && state.zoom === shown.zoom && state.pinned?.length === 2;
  });
  const after = await workbench.inspector();
  await becomes(() => readView(after), shown);
});

test('a GRU beside the LSTM: one cursor, and on each side the value that the command line tells of its run', async () => {
  await runCli(
    'train',
    workspace.configPath,
    '--set',
    'model.encoder.type=gru',
    '--set',
    'training.epochs=1',
    '--set',
    `name=${GRU}`,
  );
  const byName = async (name: string) => (await runs()).find(({ manifest }) => manifest.name === name)!.dir;
  const dirs = [await byName('Early Modern English, BiLSTM'), await byName(GRU)];
  const page = await workbench.inspector();
  await page.getByRole('combobox', { name: 'Weights' }).selectOption('best');
  await page.getByRole('group', { name: 'Layer' }).getByRole('radio', { name: '0' }).check();
  await page.getByRole('radio', { name: '→ forward' }).check();
  await page.getByRole('tab', { name: 'Side by side' }).click();
  const view = page.getByRole('tabpanel', { name: 'Side by side' });
  await view.getByRole('radio', { name: 'Two runs' }).check();
  await eventually('the page is told of the new run', async () =>
    (await view.getByRole('combobox', { name: 'with' }).innerText()).includes(GRU),
  );
  const sides = [
    view.getByRole('group', { name: 'Equations on the left' }),
    view.getByRole('group', { name: 'Equations on the right' }),
  ];
  const exact: HiddenStates[] = [];
  for (const dir of dirs) exact.push(await hiddenByCommandLine(dir, await textOf(page)));
  // What was chosen above reaches each side by itself, so that the values may still be those of before.
  const values = await actUntil(
    'both sides tell h at token 2 as the command line does',
    async () => {
      await view.getByRole('grid').first().focus();
      await press('Control+Home', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    },
    async () => {
      const found = await Promise.all(sides.map(async (side) => parseHidden(await side.innerText(), 2)));
      return found.every((each, at) => each !== undefined && isNear(each, exact[at])) && (found as CellValue[]);
    },
  );
  assert.equal(values[0].unit, values[1].unit);
  assert.notEqual(values[0].value, values[1].value);
  await eventually('each has the gates of its cell', async () => {
    const gates = await Promise.all(sides.map((side) => side.locator('tr[data-gate]').count()));
    return gates[0] === 4 && gates[1] === 3;
  });
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
  const row = workbench.page.getByRole('treeitem', { name: /BiLSTM, completed, test/ });
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
