// Makes the pictures of the README from the packaged extension in a real VS Code: `npm run screenshots`.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { listRuns } from '../extension/store/runStore.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { actUntil, eventually } from '../test/support/eventually.ts';
import { startVscode } from '../test/support/vscodeServer.ts';
import { Workbench } from '../test/support/workbench.ts';
import { EXAMPLE_CONFIG, makeWorkspace } from '../test/support/workspace.ts';

const INSPECTED = 'Wherefore dost thou weep, sweet lady? I pray thee tell me all.';
const OUT = resolve(import.meta.dirname, '../media/screenshots');
const workspace = await makeWorkspace();
const server = await startVscode({ workspace: workspace.dir, settings: { 'editor.minimap.enabled': false } });
const browser = await launchBrowser();
try {
  await mkdir(OUT, { recursive: true });
  const workbench = await Workbench.open(browser, server.url);
  const { page } = workbench;
  const picture = (name: string) => page.screenshot({ path: join(OUT, `${name}.png`) });
  const runs = () => listRuns(join(workspace.dir, '.gatescope', 'runs'));
  await page.setViewportSize({ width: 1360, height: 820 });
  // Long enough to be looked at while it trains.
  await workspace.edit('"epochs": 8', '"epochs": 30');
  await workbench.openFile(EXAMPLE_CONFIG);
  await page.locator('.codelens-decoration').first().waitFor();
  await workbench.runCommand('Gatescope: Focus on Runs View');
  await workbench.runCommand('Gatescope: Train');
  const dashboard = await workbench.dashboard();
  await dashboard.getByRole('img', { name: /^Loss/ }).waitFor();
  await eventually('the fourth epoch', async () =>
    /Epoch ([4-9]|1\d) of/.test(await dashboard.locator('main').innerText()),
  );
  // Away from where a tip would open.
  await page.mouse.move(620, 700);
  await page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
  await picture('training');
  await eventually('the run has ended', async () => (await runs())[0].manifest.status === 'completed', 120_000);
  await workbench.notified(/is trained/);
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.runCommand('View: Close All Editors in Group').catch(() => undefined);
  await workbench.runCommand('Gatescope: Open Dashboard');
  const evaluation = await workbench.dashboard();
  await evaluation.getByRole('textbox', { name: 'A text to classify' }).fill('Wherefore art thou so pale, my lord?');
  await evaluation.locator('.probabilities').waitFor();
  await evaluation.locator('gs-try-it').scrollIntoViewIfNeeded();
  await evaluation.locator('gs-run-table').evaluate((element) => element.scrollIntoView());
  await picture('evaluation');
  await pictureInspector(workbench, picture);
  await pictureDataset(workbench, workspace.dir, picture);
  await workspace.edit('"hiddenSize"', '"hiden_size"');
  await workbench.openFile(EXAMPLE_CONFIG);
  await eventually('the problem', async () => (await workbench.problems()).some((text) => /hiden_size/.test(text)));
  await page.locator('.markers-panel .monaco-list-row', { hasText: 'hiden_size' }).last().dblclick();
  await page.locator('.editor-group-container .monaco-editor.focused').waitFor();
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row').first().waitFor();
  await picture('config');
  await pictureForm(workbench, picture);
} finally {
  await browser.close();
  await server.stop();
  await workspace.remove();
}

/** A dataset of the example's texts: findings, rows with the chosen one in full, labels and lengths. */
async function pictureDataset(
  workbench: Workbench,
  folder: string,
  picture: (name: string) => Promise<unknown>,
): Promise<void> {
  const { page } = workbench;
  const files = [
    { path: 'train.csv', format: 'csv', encoding: 'utf-8' },
    { path: 'test.csv', part: 'test', format: 'csv', encoding: 'utf-8' },
  ];
  const manifest = { name: 'Early modern English', files, splits: { validation: 0.1, seed: 1 } };
  await writeFile(join(folder, 'plays.dataset.json'), JSON.stringify(manifest, undefined, 2));
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await page.setViewportSize({ width: 1360, height: 1240 });
  await workbench.runCommand('Gatescope: Open Dataset');
  const dataset = await workbench.dataset();
  await dataset
    .getByRole('button', { name: /^Show rows/ })
    .first()
    .waitFor();
  await actUntil(
    'a row in full',
    () => dataset.getByRole('grid', { name: 'Rows' }).press('ArrowDown'),
    () => dataset.getByRole('region', { name: 'Whole text' }).isVisible(),
  );
  await picture('dataset');
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await page.setViewportSize({ width: 1360, height: 820 });
}

/** The whole window for the inspector: a cell with its equation, then places in the data where the same units are on. */
async function pictureInspector(workbench: Workbench, picture: (name: string) => Promise<unknown>): Promise<void> {
  const { page } = workbench;
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await page.setViewportSize({ width: 1360, height: 960 });
  await workbench.runCommand('Gatescope: Inspect Gates…');
  const inspector = await workbench.inspector();
  await inspector.getByRole('textbox', { name: 'A text to look at' }).fill(INSPECTED);
  await inspector.getByRole('radio', { name: 'forget gate', exact: true }).check();
  await inspector.getByRole('combobox', { name: 'Order' }).selectOption({ label: 'similarity' });
  await inspector.getByRole('grid').first().focus();
  const times = (count: number, key: string): string[] => Array.from({ length: count }, () => key);
  for (const key of ['Control+Home', ...times(6, 'ArrowRight'), ...times(20, 'ArrowDown')])
    await page.keyboard.press(key);
  const equation = inspector.getByRole('table', { name: 'Gates with their numbers' });
  // A dash stands where a number is still computed.
  await eventually('the equation has its numbers', async () => !/–/.test(await equation.innerText()));
  await inspector.evaluate(() => window.scrollTo(0, 0));
  await picture('inspector');
  await inspector.getByRole('tab', { name: 'Select and match' }).click();
  const view = inspector.getByRole('tabpanel', { name: 'Select and match' });
  await view.getByRole('button', { name: 'thou' }).click();
  await view.getByRole('button', { name: 'thou' }).press('Shift+ArrowRight');
  await view.getByRole('button', { name: 'Find' }).click();
  await view
    .getByRole('button', { name: /^train\.csv:/ })
    .first()
    .waitFor();
  await page.setViewportSize({ width: 1360, height: 600 });
  await inspector.getByRole('tablist', { name: 'Further views' }).evaluate((element) => element.scrollIntoView());
  await picture('inspector-match');
  await page.setViewportSize({ width: 1360, height: 820 });
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
}

/** The config of the example as a form beside its text. */
async function pictureForm(workbench: Workbench, picture: (name: string) => Promise<unknown>): Promise<void> {
  const { page } = workbench;
  await page.keyboard.press('Escape');
  await workbench.runCommand('File: Revert File');
  await workspace.edit('"hiden_size"', '"hiddenSize"');
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('View: Hide Panel').catch(() => undefined);
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await page.setViewportSize({ width: 1360, height: 900 });
  await workbench.openFile(EXAMPLE_CONFIG);
  await eventually('the text is mended', async () => /"hiddenSize"/.test(await workbench.editorText()));
  await workbench.runCommand('Gatescope: Open Config Form');
  const form = await workbench.form();
  await form.getByRole('button', { name: 'Model', exact: true }).click();
  await form.getByRole('textbox', { name: 'Hidden size' }).focus();
  // Away from where a tip would open.
  await page.mouse.move(300, 800);
  await page.locator('.monaco-hover:visible').first().waitFor({ state: 'hidden' });
  await picture('form');
}
