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
import { eventually } from '../support/eventually.ts';
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

/** What the page says of the cell at the cursor, once it speaks of hidden states at this token. */
async function readHidden(page: Frame, token: number): Promise<ReadOut> {
  return eventually(`the read-out tells h at token ${token}`, async () => {
    const text = (await readOutOf(page)).replace('−', '-');
    const found = /= (-?[\d.]+)\s+hidden state of unit (\d+) at token (\d+)/.exec(text);
    if (!found || Number(found[3]) !== token) return undefined;
    return { value: Number(found[1]), unit: Number(found[2]), token };
  });
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
const lenses = async (): Promise<string> => {
  const texts = await workbench.page.locator('.codelens-decoration').allInnerTexts();
  return texts.join('\n').replaceAll('\u00a0', ' ');
};
/** Waits until the tokens of the shown trace are those of a text. */
const showsTokens = (page: Frame, tokens: readonly string[]): Promise<boolean> =>
  eventually(`the tokens are ${tokens.join(' ')}`, async () => {
    const shown = await page.getByRole('list', { name: 'Tokens' }).getByRole('listitem').allInnerTexts();
    return shown.join(' ') === tokens.join(' ');
  });

test('before there is a run, the line over the probes says what they are for', async () => {
  await workbench.openFile(EXAMPLE_CONFIG);
  await eventually('the line is there', async () => /Train to keep the gates of these texts/.test(await lenses()));
});

test('after training the line over the probes opens the inspector on the first of them', async () => {
  await workbench.runCommand('Gatescope: Train');
  await eventually('the run has completed', async () => (await runs())[0]?.manifest.status === 'completed', 120_000);
  await workbench
    .notification(/is trained/)
    .getByText('Inspect Gates', { exact: true })
    .waitFor();
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.openFile(EXAMPLE_CONFIG);
  const lens = workbench.page.locator('.codelens-decoration a', { hasText: /Inspect.gates.in/ });
  await eventually('a click opens it', async () => {
    await lens.click({ timeout: 4000 });
    return (await textOf(await workbench.inspector())) === PROBES[0];
  });
  const texts = workbench.page.locator('.codelens-decoration a').getByText('Inspect', { exact: true });
  assert.equal(await texts.count(), 2);
});

test('a sentence is traced as it is typed; the value of a cell is the one that the command line tells', async () => {
  const page = await workbench.inspector();
  await textBox(page).fill(SENTENCE);
  await showsTokens(page, SENTENCE.toLowerCase().split(' '));
  await page.getByRole('radio', { name: 'hidden state' }).check();
  await page.getByRole('grid').first().focus();
  await press('Home', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown');
  const { value, unit, token } = await readHidden(page, 2);
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
  await press('Enter');
  await before.getByRole('region', { name: 'Pinned units' }).waitFor();
  const readOut = await readOutOf(before);
  await workbench.reload();
  const page = await workbench.inspector();
  await showsTokens(page, SENTENCE.toLowerCase().split(' '));
  assert.equal(await textOf(page), SENTENCE);
  await eventually('the cell is read out', async () => (await readOutOf(page)) === readOut);
  await page.getByRole('region', { name: 'Pinned units' }).waitFor();
});

test('a refresh of the browser keeps the text and the cell as well', async () => {
  const text = 'Good morrow, gentle friend';
  await eventually(
    'they are there after a refresh',
    async () => {
      const before = await workbench.inspector();
      await textBox(before).fill(text);
      await showsTokens(before, ['good', 'morrow', ',', 'gentle', 'friend']);
      await before.getByRole('radio', { name: 'cell state' }).check();
      await workbench.page.reload();
      await workbench.ready();
      const page = await workbench.inspector();
      return (await textOf(page)) === text && (await page.getByRole('radio', { name: 'cell state' }).isChecked());
    },
    180_000,
  );
});

test('the slider plays back what was learned: the network before training is no wiser, and the place is kept', async () => {
  const page = await workbench.inspector();
  await page.getByRole('combobox', { name: 'Probes of the run' }).selectOption({ label: PROBES[1] });
  await eventually('the probe is shown', async () => (await textOf(page)) === PROBES[1]);
  const slider = page.getByRole('slider', { name: 'Epoch' });
  const shown = (frame: Frame) => frame.getByRole('slider', { name: 'Epoch' }).getAttribute('aria-valuetext');
  const sure = async (frame: Frame): Promise<number> => {
    const text = await frame.getByRole('table', { name: 'Class probabilities' }).innerText();
    return Math.max(...[...text.matchAll(/([\d.]+) ?%/g)].map(([, percent]) => Number(percent)));
  };
  await eventually('the best epoch is shown', async () => /epoch [1-3] \(best\)/.test((await shown(page)) ?? ''));
  const trained = await sure(page);
  await slider.focus();
  await press('Home');
  await eventually('the network before training is shown', async () => (await shown(page)) === 'before training');
  await eventually('it is less sure', async () => (await sure(page)) < Math.min(trained, 75));
  await press('ArrowRight');
  await eventually('epoch 1 is shown', async () => /^epoch 1/.test((await shown(page)) ?? ''));
  await workbench.reload();
  const after = await workbench.inspector();
  await eventually('it still is', async () => /^epoch 1/.test((await shown(after)) ?? ''));
  assert.equal(await textOf(after), PROBES[1]);
});

test('places in the data where the same units are on open at their line', async () => {
  const page = await workbench.inspector();
  await page.getByRole('combobox', { name: 'Weights' }).selectOption('best');
  await page.getByRole('tab', { name: 'Select and match' }).click();
  const view = page.getByRole('tabpanel', { name: 'Select and match' });
  await view.getByRole('button', { name: 'crying' }).click();
  await view.getByRole('slider', { name: 'at least' }).fill('0.05');
  await view.getByRole('button', { name: 'Find' }).click();
  const first = view.getByRole('button', { name: /^train\.csv:\d+$/ }).first();
  const [, line] = (await first.innerText()).split(':');
  await first.click();
  await workbench.page.locator('.editor-group-container .tab', { hasText: 'train.csv' }).first().waitFor();
  await eventually('the cursor is there', async () =>
    new RegExp(`Ln ${line},`).test(await workbench.statusBar.innerText()),
  );
});

test('the view of runs opens the inspector on a run', async () => {
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('Gatescope: Focus on Runs View');
  const row = workbench.page.getByRole('treeitem', { name: /, completed, test/ });
  await eventually('the icon opens it', async () => {
    await row.hover({ timeout: 4000 });
    await row.getByRole('button', { name: 'Inspect Gates' }).click({ timeout: 4000 });
    return true;
  });
  await workbench.inspector();
});

test('what is selected in an editor is inspected by key', async () => {
  await workbench.openFile('test.csv');
  // The tab is there before its text takes the keys.
  await eventually('a line is selected', async () => {
    await workbench.page.locator('.editor-group-container .monaco-editor.focused').waitFor({ timeout: 4000 });
    await press('Control+Home', 'ArrowDown', 'Home', 'Shift+End');
    return /Ln 2, .*selected/.test(await workbench.statusBar.innerText());
  });
  const line = (await readFile(join(workspace.dir, 'test.csv'), 'utf8')).split(/\r?\n/)[1].trim();
  await press('Control+Alt+g');
  await eventually('the page has the text', async () => (await textOf(await workbench.inspector())) === line);
  assert.deepEqual(workbench.violations, []);
});
