// The plan of a config in a real browser: groups with locks, rates before the run, the search for a rate.
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { PLAN_PATH } from '../../webview/dev/planFixtures.ts';
import { findViolations } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { openFixturePage, type PageOptions } from '../support/fixturePage.ts';
import { THEMES, type ThemeName } from '../support/themes.ts';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

async function open(t: TestContext, options: PageOptions = {}): Promise<Page> {
  const opened = await openFixturePage(browser, 'dashboard', { state: 'plan', ...options });
  t.after(async () => {
    await opened.close();
    assert.deepEqual(opened.complaints, []);
  });
  await opened.page.getByRole('heading', { name: 'Plan of TREC, as ULMFiT' }).waitFor();
  return opened.page;
}

const callsOf = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate(
    (wanted) => window.fixture.calls.filter((call) => call.method === wanted).map(({ params }) => params),
    method,
  );

test('groups with locks, and a curve a group over the whole run before it starts', async (t) => {
  const page = await open(t);
  const rows = page.getByRole('table', { name: 'Groups of parameters' }).getByRole('row');
  await becomes(() => rows.nth(1).innerText(), /embedding frozen\s+0 of 868,400/);
  await becomes(() => rows.nth(1).locator('.codicon-lock').count(), 1);
  const chart = page.getByRole('img', { name: /^Learning rate\. embedding: learning rate from 0 to/ });
  await eventually('it has all points', async () => (await chart.getAttribute('data-points')) === '1600');
  await becomes(() => chart.getAttribute('data-x-max'), '4');
  const read = page.getByRole('region', { name: 'Learning rates' }).locator('.readout');
  for (const group of ['embedding', 'encoder.0', 'encoder.1', 'head'])
    await becomes(() => read.innerText(), new RegExp(group));
  await chart.focus();
  await page.keyboard.press('Home');
  await eventually('the first step is read', async () => /Epoch 0\.01/.test(await read.innerText()));
  // Only the head is trained at first.
  await becomes(() => read.innerText(), /embedding\s+0\s+encoder\.0\s+0\s+encoder\.1\s+0\s+head\s+[\d.e-]*[1-9]/);
});

test('a search shows its curve with the suggestion, and the rate goes into the config', async (t) => {
  const page = await open(t);
  const search = page.getByRole('region', { name: 'Search' });
  await search.getByRole('button', { name: 'Find Learning Rate' }).click();
  const chart = search.getByRole('img', { name: /^Loss by learning rate.*suggestion at/ });
  await eventually('it has both curves', async () => Number(await chart.getAttribute('data-points')) > 150);
  // 100 rates were tried; those at which the loss blows up would flatten all else.
  const [, left] = /Not drawn: (\d+) larger rates/.exec(await search.innerText()) ?? [];
  assert.ok(Number(left) > 0);
  assert.equal(Number(await chart.getAttribute('data-points')) + 2 * Number(left), 200);
  await search.getByRole('button', { name: 'Write 0.0026 into Config' }).click();
  await becomes(() => callsOf(page, 'useRate'), [{ configPath: PLAN_PATH, rate: 0.0026 }]);
  await chart.focus();
  await page.keyboard.press('Home');
  await becomes(() => search.locator('.readout').innerText(), /Learning rate 1e-7/);
  await page.getByRole('button', { name: 'Back to Runs' }).click();
  await page.getByRole('table', { name: 'Confusion matrix' }).waitFor();
});

for (const theme of Object.keys(THEMES) as ThemeName[]) {
  test(`no accessibility violations, and nothing too wide at 400 px: ${theme}`, async (t) => {
    const page = await open(t, { theme, width: 400 });
    await page.getByRole('button', { name: 'Find Learning Rate' }).click();
    await page.getByRole('img', { name: /^Loss by learning rate/ }).waitFor();
    assert.deepEqual(await findViolations(page), []);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 400, `the page is ${width} px wide`);
  });
}
