// Makes pictures of the inspector's page in states that are seldom seen, and of every view on a narrow screen, into out/inspector:
// `node scripts/inspectorStates.ts [part of a name]`, after the build. The networks are made up; inspectorScreenshots.ts shows real ones.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { eventually } from '../test/support/eventually.ts';
import { openFixturePage, type PageOptions } from '../test/support/fixturePage.ts';
import { THEMES, type ThemeName } from '../test/support/themes.ts';

const OUT = join(resolve(import.meta.dirname, '..'), 'out', 'inspector');
const NARROW = 400;
const VIEWS = [
  'Saturation',
  'Memory and kinds',
  'Gradients',
  'Connectivity',
  'What if',
  'Side by side',
  'Select and match',
];

interface Shot extends PageOptions {
  name: string;
  text?: string;
  /** The further view that is open. */
  view?: string;
  /** A signal's title. */
  signal?: string;
  isGradientOn?: boolean;
  isPinned?: boolean;
}

const long = Array.from({ length: 1000 }, (_, at) => ['the', 'quick', 'brown', 'fox', '(', 'jumps', ')'][at % 7]).join(
  ' ',
);
const SCRIPTS = {
  arabic: 'أين تقع أقدم مكتبة في العالم ؟',
  hebrew: 'מי כתב את המלט ומתי הוא כתב אותו ?',
  chinese: '谁 写 了 哈姆雷特 ， 什么 时候 写 的 ？',
  emoji: 'I ❤️ 👩‍👩‍👧‍👦 and 🇫🇷 , 👍🏽 !',
  mixed: 'the word שלום means peace , and سلام too',
};

const shots: Shot[] = [
  ...Object.entries(SCRIPTS).map(([name, text]) => ({ name, text, isPinned: true, isGradientOn: true })),
  ...(Object.keys(THEMES) as ThemeName[]).flatMap((theme) =>
    VIEWS.map((view) => ({
      name: `narrow ${theme} ${view}`,
      theme,
      view,
      width: NARROW,
      isPinned: true,
      isGradientOn: true,
    })),
  ),
  ...VIEWS.map((view) => ({ name: `narrow arabic ${view}`, text: SCRIPTS.arabic, view, width: NARROW })),
  ...VIEWS.map((view) => ({ name: `one token ${view}`, text: 'Who', view, isPinned: true })),
  ...VIEWS.map((view) => ({ name: `thousand ${view}`, text: long, view, state: 'wide', isPinned: true })),
  ...VIEWS.map((view) => ({ name: `hostile ${view}`, state: 'hostile', view, width: NARROW })),
  ...VIEWS.map((view) => ({ name: `language model ${view}`, state: 'text', view, isGradientOn: true, isPinned: true })),
  ...VIEWS.map((view) => ({ name: `rnn ${view}`, state: 'rnn', view })),
  { name: 'long word', text: `Is ${'antidisestablishmentarianism'.repeat(3)} a word ?`, isPinned: true },
  ...['none', 'restricted', 'failing', 'slow'].flatMap((state) => [
    { name: state, state },
    { name: `narrow ${state}`, state, width: NARROW },
  ]),
  ...['gru', 'large'].map((state) => ({
    name: `all signals ${state}`,
    state,
    signal: 'all signals',
    isGradientOn: true,
  })),
  ...(['light', 'highContrast', 'highContrastLight'] as ThemeName[]).map((theme) => ({
    name: `all signals ${theme}`,
    theme,
    signal: 'all signals',
    isGradientOn: true,
    isPinned: true,
  })),
  { name: 'no text', text: '' },
];

const [wanted = ''] = process.argv.slice(2);
const browser = await launchBrowser();
try {
  await mkdir(OUT, { recursive: true });
  for (const shot of shots.filter(({ name }) => name.includes(wanted))) await take(shot);
} finally {
  await browser.close();
}

async function take({ name, text, view, signal, isGradientOn, isPinned, ...options }: Shot): Promise<void> {
  const { page, complaints, close } = await openFixturePage(browser, 'inspector', { height: 1500, ...options });
  try {
    await page.locator('gs-inspector main').waitFor();
    if (text !== undefined) await page.getByRole('textbox', { name: 'A text to look at' }).fill(text);
    if (signal) await page.getByRole('radio', { name: signal, exact: true }).check();
    if (isGradientOn) await page.getByRole('checkbox', { name: 'Gradient' }).check();
    if (isPinned) await pin(page);
    if (view && (await page.getByRole('tab', { name: view }).count()) > 0) await openView(page, view);
    await page.mouse.move(1, 1);
    await settle(page);
    await page.screenshot({ path: join(OUT, `${name.toLowerCase().replaceAll(' ', '-')}.png`), fullPage: true });
    if (complaints.length > 0) console.error(name, complaints);
  } finally {
    await close();
  }
}

async function pin(page: Page): Promise<void> {
  const grid = page.getByRole('grid').first();
  await eventually('a unit is pinned', async () => {
    await grid.focus();
    for (const key of ['Control+Home', 'ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    if ((await page.getByRole('region', { name: 'Pinned units' }).count()) === 0) await page.keyboard.press('Enter');
    return (await page.getByRole('region', { name: 'Pinned units' }).count()) > 0;
  });
}

async function openView(page: Page, view: string): Promise<void> {
  await page.getByRole('tab', { name: view }).click();
  const panel = page.getByRole('tabpanel', { name: view });
  await panel.waitFor();
  if (view === 'What if') {
    const changed = panel.getByRole('textbox', { name: 'The changed text' });
    await changed.fill(`${(await changed.inputValue()).replace(/\S+/, 'Whoever')} again`);
  }
  if (view === 'Select and match') await panel.getByRole('button', { name: 'Find' }).click();
  if (view === 'Side by side') {
    await panel.getByText('Two runs').click();
    await panel.getByRole('grid').nth(1).press('Home');
  }
}

async function settle(page: Page): Promise<void> {
  await eventually('nothing moves', async () => {
    const before = await page.locator('gs-inspector').innerHTML();
    await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
    return (await page.locator('gs-inspector').innerHTML()) === before;
  });
}
