// The dataset page in Chromium, under the policy and the themes of VS Code, against made-up rows.
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { findViolations, overflowOf } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { openFixturePage, type PageOptions } from '../support/fixturePage.ts';
import { THEMES, type ThemeName } from '../support/themes.ts';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

/** A page that must not have complained by the end of the test. */
async function open(t: TestContext, options: PageOptions = {}): Promise<Page> {
  const { page, complaints, close } = await openFixturePage(browser, 'dataset', options);
  t.after(async () => {
    await close();
    assert.deepEqual(complaints, []);
  });
  await page.locator('gs-dataset main').waitFor();
  return page;
}

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Rows' });
const status = (page: Page): Locator => page.locator('.row-status');
const says = (page: Page, text: string) =>
  eventually(text, async () => (await status(page).innerText()).includes(text));
/** The row that assistive technology is told of, once its text is there. */
const activeRow = (page: Page): Promise<string | undefined> =>
  grid(page).evaluate((element) => {
    const row = document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
    return row?.getAttribute('aria-busy') === 'true' ? undefined : row?.querySelector('.cell-row')?.textContent?.trim();
  });
const callsOf = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate(
    (wanted) =>
      (window as unknown as { fixture: { calls: { method: string; params: unknown }[] } }).fixture.calls
        .filter((call) => call.method === wanted)
        .map(({ params }) => params),
    method,
  );
/** Presses a key until the row is active: a key that comes while the page is busy may be too early for the next one. */
async function goTo(page: Page, key: string, row: string): Promise<void> {
  await grid(page).focus();
  await page.keyboard.press(key);
  await eventually(`row ${row} after ${key}`, async () => (await activeRow(page)) === row);
}

test('a million rows: by scroll bar and keys, with only those in view in the document', async (t) => {
  const page = await open(t, { state: 'large' });
  await says(page, '1,000,000 rows');
  assert.equal(await grid(page).getAttribute('aria-rowcount'), '1000001');
  await goTo(page, 'End', '1,000,000');
  await goTo(page, 'ArrowUp', '999,999');
  await goTo(page, 'Home', '1');
  await goTo(page, 'ArrowDown', '2');
  await page.keyboard.press('PageDown');
  const afterPage = await eventually('a page further', async () => {
    const row = Number(await activeRow(page));
    return row > 10 ? row : undefined;
  });
  await goTo(page, 'PageUp', '2');
  assert.ok(afterPage < 60, `row ${afterPage}`);
  await grid(page).evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  await eventually('the middle shows', async () => {
    const first = await page.locator('.row .cell-row').first().innerText();
    return Number(first.replaceAll(',', '')) > 400_000;
  });
  assert.ok((await page.locator('.row').count()) < 60);
  const asked = (await callsOf(page, 'rows')) as { count: number }[];
  assert.ok(asked.length < 60 && asked.every(({ count }) => count <= 100), `${asked.length} calls`);
});

test('twenty million rows: the last can be reached, and the wheel moves by rows', async (t) => {
  const page = await open(t, { state: 'huge' });
  await says(page, '20,000,000 rows');
  await goTo(page, 'End', '20,000,000');
  await goTo(page, 'ArrowUp', '19,999,999');
  await goTo(page, 'Home', '1');
  await grid(page).hover();
  const first = async (): Promise<number> =>
    Number((await page.locator('.row .cell-row').first().innerText()).replaceAll(',', ''));
  await eventually('a few rows further', async () => {
    await page.mouse.wheel(0, 48);
    const row = await first();
    return row > 2 && row < 200;
  });
  await grid(page).evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await eventually('the end shows', async () => (await page.locator('.row').last().innerText()).includes('20,000,000'));
});

test('text, label and length filter; the count is said, and clearing shows all again', async (t) => {
  const page = await open(t, { state: 'small' });
  await says(page, '1,000 rows');
  const search = page.getByRole('searchbox', { name: 'Search texts' });
  await search.fill('no such words');
  await says(page, '0 of 1,000 rows');
  await page.getByText('No row fits the filter.').waitFor();
  await search.fill('');
  await page.getByRole('combobox', { name: 'Label' }).selectOption('warm');
  await says(page, '500 of 1,000 rows');
  await page.getByRole('combobox', { name: 'Part' }).selectOption('validation');
  await says(page, '100 of 1,000 rows');
  await goTo(page, 'ArrowDown', '4');
  await page.getByRole('spinbutton', { name: 'Shortest' }).fill('100000');
  await page.getByRole('spinbutton', { name: 'Shortest' }).press('Enter');
  await says(page, '0 of 1,000 rows');
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await eventually('all rows', async () => (await status(page).innerText()).trim() === '1,000 rows');
});

test('a search tells how far it is, shows what it has, and can be cancelled', async (t) => {
  const page = await open(t, { state: 'slow' });
  await says(page, '1,000 rows');
  await page.getByRole('searchbox', { name: 'Search texts' }).fill('snow');
  await page.getByRole('progressbar', { name: 'Searching' }).waitFor();
  await status(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('progressbar', { name: 'Searching' }).waitFor({ state: 'hidden' });
});

test('looking at all rows can be cancelled, and begun again', async (t) => {
  const page = await open(t, { state: 'looking' });
  await says(page, '1,000 rows');
  await page.getByRole('progressbar', { name: 'Looking at all rows' }).waitFor();
  await page.getByRole('button', { name: 'Stop looking at all rows' }).click();
  await page.getByRole('button', { name: 'Look at All Rows' }).click();
  await page.getByRole('button', { name: 'Leave out: duplicate' }).waitFor();
});

test('a finding shows its rows; its remedy leaves them out, and they can be put back', async (t) => {
  const page = await open(t);
  const show = page.getByRole('button', { name: 'Show rows: duplicate' });
  await eventually('the rows of the finding', async () => {
    if ((await show.getAttribute('aria-pressed')) !== 'true') await show.click();
    return (await status(page).innerText()).includes('20 of 1,000 rows');
  });
  await eventually('only duplicates', async () => {
    const problems = await page.locator('.row .cell-problems').allInnerTexts();
    return problems.length >= 15 && problems.every((text) => text === 'duplicate');
  });
  await show.click();
  await page.getByRole('button', { name: 'Leave out: duplicate' }).click();
  const back = page.getByRole('button', { name: 'Put back: duplicate' });
  await back.waitFor();
  assert.equal(await page.getByRole('button', { name: 'Leave out: duplicate' }).count(), 0);
  assert.deepEqual(await callsOf(page, 'leaveOut'), [{ path: '/data/weather.dataset.json', remedy: 'duplicates' }]);
  const splits = page.getByRole('region', { name: 'Splits' });
  await splits.getByText('Of 980 training rows:').waitFor();
  await eventually(
    'they are marked',
    async () => (await page.locator('.row.is-off .cell-part').innerText()) === 'left out',
  );
  await eventually('they are back', async () => {
    if (await back.isVisible()) await back.click({ timeout: 5000 });
    return page.getByRole('button', { name: 'Leave out: duplicate' }).isVisible();
  });
  await splits.getByText('Of 1,000 training rows:').waitFor();
});

test('Enter opens the file of the row; the whole text stands below', async (t) => {
  const page = await open(t, { state: 'long' });
  await says(page, '1,000 rows');
  await goTo(page, 'ArrowDown', '1');
  const whole = page.getByRole('region', { name: 'Whole text' });
  await eventually('the whole text', async () => (await whole.innerText()).length > 30_000);
  await page.getByText('14,000 more characters in the file.').waitFor();
  await grid(page).focus();
  await page.keyboard.press('Enter');
  await eventually('the file opens', async () => (await callsOf(page, 'openRow')).length > 0);
  assert.deepEqual((await callsOf(page, 'openRow'))[0], { path: '/data/weather.dataset.json', row: 0 });
});

test('a label and a bar of lengths filter the table', async (t) => {
  const page = await open(t, { state: 'labels' });
  const labels = page.getByRole('list', { name: 'Rows of each label' });
  await eventually('a thousand labels', async () => (await labels.locator('li').count()) === 1000);
  await labels.getByRole('button', { name: 'label 7', exact: true }).click();
  await says(page, '1 of 1,000 rows');
  await labels.getByRole('button', { name: 'label 7', exact: true }).click();
  await eventually('all rows', async () => (await status(page).innerText()).trim() === '1,000 rows');
  const lengths = page.getByRole('img', { name: /^Texts of train have 3 to 40 tokens: half have up to 21/ });
  await lengths.waitFor();
  await page.getByText('weather cuts at 30: about 3 % of the texts are longer.').waitFor();
  await lengths.locator('.histogram-bin').nth(20).click();
  await eventually('one length of one part', async () => {
    const tokens = await page.locator('.row .cell-tokens').allInnerTexts();
    return tokens.length > 3 && tokens.every((text) => text === '20');
  });
});

test('splits are shown by part and label before they are written', async (t) => {
  const page = await open(t);
  const splits = page.getByRole('region', { name: 'Splits' });
  const preview = splits.getByRole('table');
  await eventually('what the manifest says', async () =>
    /all\s+900 90.0 %\s+100 10.0 %/.test(await preview.innerText()),
  );
  const write = splits.getByRole('button', { name: 'Write to Manifest' });
  assert.equal(await write.isDisabled(), true);
  await splits.getByRole('spinbutton', { name: 'Test %' }).fill('95');
  await splits.getByText('Nothing would be left to train on.').waitFor();
  assert.equal(await write.isDisabled(), true);
  await splits.getByRole('spinbutton', { name: 'Test %' }).fill('20');
  await splits.getByRole('spinbutton', { name: 'Seed' }).fill('7');
  await eventually('three parts', async () => /cold\s+350\s+50\s+100/.test(await preview.innerText()));
  await splits.getByRole('combobox', { name: 'Keep together by' }).selectOption('author');
  await splits.getByText('Of 1,000 training rows in 40 groups:').waitFor();
  assert.equal(await splits.getByRole('checkbox', { name: 'Stratified by label' }).isDisabled(), true);
  assert.deepEqual(await callsOf(page, 'writeSplits'), []);
  await write.click();
  await splits.getByText('This is what the manifest says.').waitFor();
  const path = '/data/weather.dataset.json';
  const written = { validation: 0.1, test: 0.2, seed: 7, groupColumn: 'author' };
  assert.deepEqual(await callsOf(page, 'writeSplits'), [{ path, splits: written }]);
  await splits.getByRole('radio', { name: 'folds' }).check();
  await splits.getByRole('spinbutton', { name: 'Folds' }).fill('4');
  await eventually('four folds', async () => (await preview.getByRole('columnheader').count()) === 5);
});

test('the chosen row and a typed text as tokens, with unknown ones and those that are cut off', async (t) => {
  const page = await open(t);
  await says(page, '1,000 rows');
  await goTo(page, 'ArrowDown', '1');
  const section = page.getByRole('region', { name: 'Tokens' });
  const tokens = section.getByRole('list', { name: 'Tokens' });
  const box = section.getByRole('textbox', { name: 'Text to cut into tokens' });
  await eventually('its text', async () => (await box.inputValue()) === 'the and winter');
  assert.deepEqual(await callsOf(page, 'previewTokens'), []);
  await section.getByRole('button', { name: 'Show Tokens' }).click();
  await eventually('three tokens', async () => (await tokens.getByRole('listitem').count()) === 3);
  await box.fill(`extraordinary ${'snow '.repeat(39)}`);
  await section.getByText('40 tokens; 1 unknown one of a vocabulary of 41,230; maxLength 30 cuts 10 off').waitFor();
  assert.match(await tokens.getByRole('listitem').first().innerText(), /extraordinary\s+1\s+not in the vocabulary/);
  assert.equal(await tokens.locator('.is-cut').count(), 10);
  await section.getByRole('combobox', { name: 'Tokenizer of' }).selectOption('tokenizer of a new experiment');
  await section.getByText('maxLength 128 cuts nothing off').waitFor();
});

test('reading the data for the vocabulary can be stopped, and begun again', async (t) => {
  const page = await open(t, { state: 'slow' });
  const section = page.getByRole('region', { name: 'Tokens' });
  const stop = section.getByRole('button', { name: 'Stop reading the training data' });
  await section.getByRole('textbox', { name: 'Text to cut into tokens' }).fill('snow');
  for (const times of [1, 2]) {
    await section.getByRole('button', { name: 'Show Tokens' }).click();
    await stop.click();
    await stop.waitFor({ state: 'hidden' });
    assert.equal((await callsOf(page, 'previewTokens')).length, times);
  }
  assert.equal(await section.getByRole('alert').count(), 0);
});

test('while rows are counted nothing else reads them', async (t) => {
  const page = await open(t, { state: 'counting' });
  await says(page, '5,000 rows so far');
  assert.deepEqual([await callsOf(page, 'previewSplits'), await callsOf(page, 'describe')], [[], []]);
});

test('advice comes when it is asked for, with reasons and other ways, and an experiment takes it, by keyboard alone', async (t) => {
  const page = await open(t);
  await says(page, '1,000 rows');
  const section = page.getByRole('region', { name: 'Encoder and settings' });
  assert.deepEqual(await callsOf(page, 'advise'), []);
  await section.getByRole('button', { name: 'Show Advice' }).focus();
  await page.keyboard.press('Enter');
  const advice = section.getByRole('region', { name: 'Advice' });
  await eventually('the keyboard is on it', () =>
    advice.evaluate((element) => element === document.activeElement, undefined, { timeout: 5000 }).catch(() => false),
  );
  assert.equal((await callsOf(page, 'advise')).length, 1);
  const rows = await advice.getByRole('row').allInnerTexts();
  assert.match(
    rows[3],
    /model\.encoder\.type\s+gru\s+A GRU reached.*\(docs\/advisor\.md, .*or lstm: 0\.2 points more/s,
  );
  assert.match(await advice.innerText(), /163,842 parameters.*An epoch: about 0\.4 s/s);
  assert.match(await advice.innerText(), /as a whole .* trec \+3\.3, sst2 -1\.2, hotels 0\./);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await eventually('the experiment', async () => (await callsOf(page, 'newExperiment')).length > 0);
});

test('advice that the host asks for is there at once; another manifest makes it another', async (t) => {
  const page = await open(t, { state: 'advice' });
  await page.getByRole('region', { name: 'Advice', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Leave out: duplicate' }).click();
  await eventually('it is asked for again', async () => (await callsOf(page, 'advise')).length === 2);
});

test('advice that the host asked for is of one dataset: another one shows none unasked', async (t) => {
  const page = await open(t, { state: 'advice' });
  await page.getByRole('region', { name: 'Advice', exact: true }).waitFor();
  const choice = page.getByRole('combobox', { name: 'Dataset' });
  for (const [title, opened] of [
    ['trec (data/questions)', 2],
    ['weather (data)', 3],
  ] as const) {
    await choice.selectOption(title);
    await eventually(`${title} is open`, async () => (await callsOf(page, 'openTable')).length === opened);
    await page.getByRole('button', { name: 'Show Advice' }).waitFor();
  }
  assert.equal((await callsOf(page, 'advise')).length, 1);
});

test('reading for advice can be cancelled', async (t) => {
  const page = await open(t, { state: 'looking' });
  const section = page.getByRole('region', { name: 'Encoder and settings' });
  await section.getByRole('button', { name: 'Show Advice' }).click();
  await section.getByRole('button', { name: 'Stop reading the training rows' }).click();
  await section.getByRole('button', { name: 'Show Advice' }).waitFor();
});

test('texts are never HTML', async (t) => {
  const page = await open(t, { state: 'hostile' });
  await says(page, '1,000 rows');
  await goTo(page, 'ArrowDown', '1');
  await eventually('the text', async () =>
    (await page.locator('.row .cell-text').first().innerText()).includes('<img'),
  );
  assert.equal(await page.locator('main img, main b').count(), 0);
  assert.equal(await page.title(), 'dataset');
});

test('what is not there, is empty or cannot be read says what to do', async (t) => {
  for (const [state, text] of [
    ['none', /There is no dataset here yet.*Import Dataset/s],
    ['empty', /There are no rows to look at.*The files have no rows/s],
    ['failing', /weather\.csv does not exist.*Give a path that is there.*Try again/s],
    ['untrusted', /Restricted Mode/],
    ['broken', /Rows end here\. A quote opens here/],
    ['counting', /They come when all rows are counted.*Counting …/s],
  ] as const) {
    const page = await open(t, { state });
    await eventually(state, async () => text.test(await page.locator('main').innerText()));
  }
});

test('the dataset and the filter stay over a reload', async (t) => {
  const page = await open(t);
  await page.getByRole('combobox', { name: 'Label' }).selectOption('warm');
  await says(page, '500 of 1,000 rows');
  await page.reload();
  await says(page, '500 of 1,000 rows');
});

for (const theme of Object.keys(THEMES) as ThemeName[]) {
  test(`axe finds nothing in the theme ${theme}, also at 400 px, where nothing is wider than the page`, async (t) => {
    for (const [state, width] of [
      ['small', 1100],
      ['small', 400],
      // A thousand labels are many elements, and the same ones in every theme.
      ...(theme === 'dark' ? ([['labels', 400]] as const) : []),
      ['rtl', 1100],
      ['advice', 1100],
      ['advice', 400],
    ] as const) {
      const page = await open(t, { state, theme, width });
      await says(page, '1,000 rows');
      if (state === 'advice') await page.getByRole('region', { name: 'Advice', exact: true }).waitFor();
      await goTo(page, 'ArrowDown', '1');
      assert.deepEqual(await findViolations(page), [], `${state} at ${width}`);
      assert.ok((await overflowOf(page)) <= 0, `${state} at ${width}`);
      const parts = page.locator('.row .cell-part');
      const isWhole = (cells: Element[]): boolean => cells.every((cell) => cell.scrollWidth <= cell.clientWidth);
      await eventually('a row for validation', async () => (await parts.allInnerTexts()).includes('validation'));
      assert.ok(await parts.evaluateAll(isWhole), `parts are whole, ${state} at ${width}`);
    }
  });
}
