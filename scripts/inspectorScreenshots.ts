// Makes pictures of every view of the inspector, in each kind of theme, from the packaged extension in a real VS Code, into out/inspector:
// `node scripts/inspectorScreenshots.ts [part of a view's name]`, after the package was made. They are for looking at; screenshots.ts makes
// those of the README.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Frame, Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { eventually } from '../test/support/eventually.ts';
import { startVscode } from '../test/support/vscodeServer.ts';
import { Workbench } from '../test/support/workbench.ts';
import { makeWorkspace } from '../test/support/workspace.ts';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = join(ROOT, 'out', 'inspector');
/** Names of VS Code's own themes, and the class that its pages get. */
const THEMES = {
  dark: { name: 'Default Dark Modern', kind: 'vscode-dark' },
  light: { name: 'Default Light Modern', kind: 'vscode-light' },
  highContrast: { name: 'Default High Contrast', kind: 'vscode-high-contrast' },
  highContrastLight: { name: 'Default High Contrast Light', kind: 'vscode-high-contrast-light' },
} as const;
const VIEWS = [
  'Saturation',
  'Memory and kinds',
  'Gradients',
  'Connectivity',
  'What if',
  'Side by side',
  'Select and match',
];
const TEXT = 'Wherefore dost thou weep, sweet lady?';
const CHANGED = 'Wherefore do you weep, sweet lady?';

const [wanted = ''] = process.argv.slice(2);
const workspace = await makeWorkspace();
const cli = (...args: string[]) => promisify(execFile)(process.execPath, [join(ROOT, 'dist', 'cli.cjs'), ...args]);
await cli('train', workspace.configPath);
await cli(
  'train',
  workspace.configPath,
  '--set',
  'model.encoder.type=gru',
  '--set',
  'name=Early Modern English, BiGRU',
);
const server = await startVscode({ workspace: workspace.dir });
const browser = await launchBrowser();
try {
  await mkdir(OUT, { recursive: true });
  const workbench = await Workbench.open(browser, server.url);
  await workbench.page.setViewportSize({ width: 1280, height: 2200 });
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await workbench.runCommand('Gatescope: Inspect Gates…');
  await workbench.page.locator('.quick-input-widget .monaco-list-row', { hasText: 'BiLSTM' }).click();
  for (const theme of Object.keys(THEMES) as (keyof typeof THEMES)[]) {
    const frame = await inTheme(workbench, theme);
    await frame.getByRole('textbox', { name: 'A text to look at' }).fill(TEXT);
    await choose(frame, workbench.page);
    for (const view of VIEWS.filter((name) => name.includes(wanted))) {
      await show(frame, workbench.page, view);
      await workbench.page.mouse.move(5, 5);
      const name = view.toLowerCase().replaceAll(' ', '-');
      await workbench.page.screenshot({ path: join(OUT, `${name}-${theme}.png`) });
    }
  }
} finally {
  await browser.close();
  await server.stop();
  await workspace.remove();
}

/** The theme is a setting of the workspace, which VS Code follows at once. */
async function inTheme(workbench: Workbench, theme: keyof typeof THEMES): Promise<Frame> {
  const { name, kind } = THEMES[theme];
  await mkdir(join(workspace.dir, '.vscode'), { recursive: true });
  await writeFile(join(workspace.dir, '.vscode', 'settings.json'), JSON.stringify({ 'workbench.colorTheme': name }));
  const frame = await workbench.inspector();
  await eventually(`the page is ${kind}`, () =>
    frame.evaluate((wanted) => document.body.classList.contains(wanted), kind),
  );
  return frame;
}

/** A cell in the middle of the text, pinned. */
async function choose(frame: Frame, page: Page): Promise<void> {
  await frame.getByRole('group', { name: 'What is shown' }).getByRole('radio', { name: 'forget gate' }).check();
  await frame.getByRole('grid').first().focus();
  for (const key of ['Control+Home', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown'])
    await page.keyboard.press(key);
  if ((await frame.getByRole('region', { name: 'Pinned units' }).count()) === 0) await page.keyboard.press('Enter');
}

async function show(frame: Frame, page: Page, view: string): Promise<void> {
  await frame.getByRole('tab', { name: view }).click();
  const panel = frame.getByRole('tabpanel', { name: view });
  await panel.waitFor();
  if (view === 'What if') await panel.getByRole('textbox', { name: 'The changed text' }).fill(CHANGED);
  if (view === 'Side by side') {
    await panel.getByRole('radio', { name: 'Two runs' }).check();
    await panel.getByRole('grid').nth(1).focus();
    for (const key of ['Control+Home', 'ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    await panel.getByRole('table', { name: 'States step by step' }).nth(1).waitFor();
  }
  if (view === 'Select and match') {
    await panel.getByRole('button', { name: 'thou' }).click();
    await panel.getByRole('button', { name: 'thou' }).press('Shift+ArrowRight');
    await panel.getByRole('button', { name: 'Find' }).click();
  }
  await eventually(`${view} has settled`, async () => {
    const before = await panel.innerHTML();
    await frame.waitForTimeout(1500);
    return (await panel.innerHTML()) === before && (await frame.getByRole('progressbar').count()) === 0;
  });
}
