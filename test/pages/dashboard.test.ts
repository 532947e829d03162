// The dashboard in Chromium, under the policy and the themes of VS Code, against the fixture host.
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Fixture } from '../../webview/dev/fixtureHost.ts';
import { findViolations, overflowOf } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';

import { becomes, eventually } from '../support/eventually.ts';
import { openFixturePage, type PageOptions } from '../support/fixturePage.ts';
import { THEMES, type ThemeName } from '../support/themes.ts';

declare global {
  interface Window {
    fixture: Fixture;
  }
}

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

/** A page that must not have complained by the end of the test. */
async function open(t: TestContext, options: PageOptions = {}): Promise<Page> {
  const { page, complaints, close } = await openFixturePage(browser, 'dashboard', options);
  t.after(async () => {
    await close();
    assert.deepEqual(complaints, []);
  });
  await page.locator('gs-dashboard main').waitFor();
  return page;
}

const chart = (page: Page) => page.getByRole('img', { name: /^Loss/ });
const pointsOf = async (page: Page): Promise<number> => Number(await chart(page).getAttribute('data-points'));
const callsOf = (page: Page, method: string) =>
  page.evaluate(
    (wanted) => window.fixture.calls.filter((call) => call.method === wanted).map(({ params }) => params),
    method,
  );
const titleOf = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

test('a live run: read-out, controls, and a chart that grows with every frame', async (t) => {
  const page = await open(t);
  const status = page.getByRole('status', { name: 'Training progress' });
  await becomes(() => status.innerText(), /Epoch 2 of 5\s+step 120\s+loss 0\.532/);
  await eventually('all points so far', async () => (await pointsOf(page)) === 120);
  await page.evaluate(() => window.fixture.play(10));
  await eventually('ten more', async () => (await pointsOf(page)) === 130);
  await eventually('the read-out follows', async () => /step 129/.test(await status.innerText()));
  await page.getByRole('button', { name: 'Pause' }).click();
  await becomes(() => callsOf(page, 'control'), [{ runId: '2026-11-24T12-00-00-live', action: 'pause' }]);
});

test('the mouse reads values, and latest ones again when it leaves; it zooms by dragging and out by a double click', async (t) => {
  const page = await open(t, { state: 'one' });
  await eventually('there are points', async () => (await pointsOf(page)) > 0);
  const box = (await chart(page).boundingBox())!;
  const readout = () => page.locator('.readout').first().innerText();
  const at = (share: number): [number, number] => [box.x + box.width * share, box.y + box.height * 0.5];
  const range = async (): Promise<number[]> =>
    Promise.all(['data-x-min', 'data-x-max'].map(async (name) => Number(await chart(page).getAttribute(name))));
  await becomes(readout, /^Latest/);
  await page.mouse.move(...at(0.5));
  await eventually('values at the mouse', async () => /^Step [1-9]/.test(await readout()));
  await page.mouse.down();
  await page.mouse.move(...at(0.8), { steps: 4 });
  await page.mouse.up();
  await eventually('it is zoomed', async () => {
    const [min, max] = await range();
    return min > 200 && max < 550;
  });
  await page.mouse.move(2, 2);
  await eventually('latest values', async () => /^Latest/.test(await readout()));
  await page.mouse.dblclick(...at(0.5));
  await eventually('it shows everything', async () => (await range()).join() === '0,600');
});

test('a lost frame is noticed, and all metrics are asked for again', async (t) => {
  const page = await open(t);
  await eventually('the first load', async () => (await pointsOf(page)) === 120);
  await page.evaluate(() => window.fixture.play(5, 20));
  await eventually('nothing is missing', async () => (await pointsOf(page)) === 145);
  assert.equal((await callsOf(page, 'metrics')).length, 2);
});

test('a reload restores what was chosen', async (t) => {
  const page = await open(t);
  await page.getByRole('checkbox', { name: 'Log y' }).check();
  await page.getByText('Epoch', { exact: true }).first().click();
  await page.getByRole('row', { name: /hidden 60/ }).click();
  await eventually('the other run is shown', async () => (await titleOf(page)) === 'TREC, hidden 60');
  await page.reload();
  await eventually('it still is', async () => (await titleOf(page)) === 'TREC, hidden 60');
  await becomes(() => page.getByRole('checkbox', { name: 'Log y' }).isChecked(), true);
  await becomes(() => page.getByRole('radio', { name: 'Epoch' }).isChecked(), true);
});

test('the table is worked by keyboard: move, show, plot, rename, delete', async (t) => {
  const page = await open(t, { state: 'many' });
  const rows = page.getByRole('table', { name: 'Runs' }).locator('tbody tr[data-run]');
  const focusedRow = () => page.evaluate(() => document.activeElement?.getAttribute('data-run'));
  await page.locator('tr[data-run][tabindex="0"]').focus();
  await page.keyboard.press('Home');
  const first = await rows.first().getAttribute('data-run');
  await eventually('the first row has the focus', async () => (await focusedRow()) === first);
  await page.keyboard.press('ArrowDown');
  await eventually('the second has it', async () => (await focusedRow()) !== first);
  const second = (await focusedRow()) as string;
  await page.keyboard.press('Enter');
  await eventually(
    'it is shown',
    async () => (await page.locator('tr[aria-current]').getAttribute('data-run')) === second,
  );
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('A better name');
  await page.keyboard.press('Enter');
  await eventually('it is renamed', async () => (await titleOf(page)) === 'A better name');
  await eventually('the row has the focus again', async () => (await focusedRow()) === second);
  await page.keyboard.press('Delete');
  await eventually(
    'it is gone',
    async () => !/A better name/.test(await page.getByRole('table', { name: 'Runs' }).innerText()),
  );
  await becomes(() => callsOf(page, 'deleteRuns'), [{ runIds: [second] }]);
});

test('a thousand runs: few rows are drawn, End reaches the last, filter and sort work', async (t) => {
  const page = await open(t, { state: 'many' });
  const table = page.getByRole('table', { name: 'Runs' });
  const rows = table.locator('tbody tr[data-run]');
  assert.ok((await rows.count()) < 50);
  await becomes(() => table.getAttribute('aria-rowcount'), '1001');
  await rows.first().focus();
  await page.keyboard.press('End');
  await eventually('the last row has the focus', () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex') === '1001'),
  );
  await table.getByRole('button', { name: 'Name', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Filter runs' }).fill('hidden 5010');
  await eventually('one is left', async () => (await rows.count()) === 1);
  await page.getByRole('searchbox', { name: 'Filter runs' }).fill('nothing has this name');
  await page.getByText('No run fits the filter.').waitFor();
});

test('charts are exported as PNG, SVG and CSV', async (t) => {
  const page = await open(t, { state: 'one' });
  await eventually('there are points', async () => (await pointsOf(page)) > 0);
  for (const format of ['PNG', 'SVG', 'CSV'])
    await page.getByRole('button', { name: `Export Loss as ${format}` }).click();
  await eventually('three files', () => page.evaluate(() => window.fixture.saved.length === 3));
  const files = await page.evaluate(() => window.fixture.saved.map(({ name, data }) => ({ name, data: [...data] })));
  const byName = new Map(files.map(({ name, data }) => [name, Buffer.from(data)]));
  assert.deepEqual(
    byName.get('loss.png')?.subarray(0, 8),
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  );
  assert.match(byName.get('loss.svg')?.toString() ?? '', /^<(\?xml|svg)[\s\S]*<\/svg>\s*$/);
  const lines = (byName.get('loss.csv')?.toString() ?? '').trim().split('\n');
  assert.ok(lines.length > 600, `${lines.length} lines`);
});

test('a million points stay interactive', async (t) => {
  const page = await open(t, { state: 'large' });
  await eventually('all are there', async () => (await pointsOf(page)) >= 1_000_000);
  const drawn = Number(await chart(page).getAttribute('data-drawn'));
  assert.ok(drawn > 100 && drawn < 20_000, `${drawn} drawn`);
  await chart(page).focus();
  await page.keyboard.press('+');
  await eventually('the zoom is shown', () => page.getByRole('button', { name: 'Reset zoom' }).isVisible());
  t.diagnostic(`redraw of a million points: ${await chart(page).getAttribute('data-redraw-ms')} ms`);
});

test('a prediction follows what is typed; unknown tokens are marked', async (t) => {
  const page = await open(t, { state: 'one' });
  await page.getByRole('textbox', { name: 'A text to classify' }).fill('incomprehensibilities are few');
  await eventually('it is there', async () => (await page.locator('.probabilities tr').count()) === 6);
  await becomes(() => page.locator('.token.is-unknown').innerText(), 'incomprehensibilities');
});

test('evaluation: matrix read by keyboard, mistakes open at their line', async (t) => {
  const page = await open(t, { state: 'one' });
  const matrix = page.getByRole('group', { name: /Confusion matrix/ });
  await matrix.focus();
  await page.keyboard.press('ArrowRight');
  await page.getByText(/^ABBR, right: \d+ of \d+ texts/).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByText(/^ABBR, taken for DESC/).waitFor();
  await page.getByRole('button', { name: 'TREC.test.all:4', exact: true }).click();
  await becomes(
    () => callsOf(page, 'openExample'),
    [{ runId: '2026-11-24T10-00-00-trec', path: 'data/TREC.test.all', line: 4 }],
  );
});

test('gates are inspected of the run, of a row, of a mistake and of what was typed', async (t) => {
  const page = await open(t, { state: 'one' });
  const runId = '2026-11-24T10-00-00-trec';
  await page.getByRole('button', { name: 'Inspect Gates' }).first().click();
  await page.getByRole('button', { name: 'Inspect gates of TREC, hidden 60' }).click();
  await page.getByRole('button', { name: 'Inspect gates of TREC.test.all:4', exact: true }).click();
  await page.getByRole('textbox', { name: 'A text to classify' }).fill('How far is it ?');
  await page.locator('gs-try-it').getByRole('button', { name: 'Inspect Gates' }).click();
  await becomes(
    () => callsOf(page, 'inspect'),
    [
      { runId, text: undefined },
      { runId, text: undefined },
      { runId, text: 'What is an annotated bibliography ?' },
      { runId, text: 'How far is it ?' },
    ],
  );
});

test('texts are never read as HTML', async (t) => {
  const page = await open(t, { state: 'hostile' });
  await page.getByText('<img src=x onerror').first().waitFor();
  await eventually('the evaluation shows', async () =>
    /Misclassified/.test(await page.locator('gs-evaluation').innerText()),
  );
  assert.equal(await page.locator('main img').count(), 0);
  assert.notEqual(await page.title(), 'owned');
  const overflow = await overflowOf(page);
  assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
});

test('while curves are loaded, the page says that, and not that nothing is chosen', async (t) => {
  const page = await open(t, { state: 'slow' });
  const curves = page.getByRole('region', { name: 'Curves' });
  await curves.getByText('Loading the curves').waitFor();
  assert.doesNotMatch(await curves.innerText(), /Tick one/);
});

test('no runs, no trust, and a failure each say what to do', async (t) => {
  const none = await open(t, { state: 'none' });
  await none.getByText('press Train above its first line').waitFor();
  const untrusted = await open(t, { state: 'untrusted' });
  await untrusted.getByText('Restricted Mode').waitFor();
  await becomes(() => untrusted.getByRole('textbox', { name: 'A text to classify' }).isDisabled(), true);
  const failing = await open(t, { state: 'failing' });
  await becomes(() => failing.getByRole('alert').innerText(), /cannot be read\. Look at its permissions\./);
  await failing.getByRole('button', { name: 'Try again' }).click();
  await eventually('it is asked again', async () => (await callsOf(failing, 'runs')).length === 2);
});

test('at 400 px no column is cut off, and misclassified texts can be read', async (t) => {
  const page = await open(t, { state: 'one', width: 400 });
  const text = page.getByRole('cell', { name: 'What is an annotated bibliography ?' }).first();
  const box = await text.boundingBox();
  assert.ok(box && box.width >= 120, `the text has ${box?.width} px`);
  const isCut = (selector: string) =>
    page.locator(selector).evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1);
  assert.equal(await isCut('gs-evaluation .mistakes td:first-child >> nth=0'), false);
  assert.equal(await isCut('gs-run-table .table-scroll'), false);
});

test('the names of many classes can be read above their columns', async (t) => {
  const page = await open(t, { state: 'classes' });
  const name = page.locator('.matrix thead th span', { hasText: /^class 199$/ });
  const { needed, shown } = await name.evaluate((span) => ({ needed: span.scrollHeight, shown: span.clientHeight }));
  assert.ok(shown > 30 && needed <= shown, `${shown} of ${needed} px`);
});

for (const theme of Object.keys(THEMES) as ThemeName[]) {
  test(`no accessibility violations, and nothing too wide at 400 px: ${theme}`, async (t) => {
    for (const state of ['live', 'one', 'text']) {
      const page = await open(t, { state, theme, width: 400 });
      await eventually('there are points', async () => (await pointsOf(page)) > 0);
      assert.deepEqual(await findViolations(page), []);
      const overflow = await overflowOf(page);
      assert.ok(overflow <= 0, `${state} is ${overflow} px too wide`);
    }
  });
}

test('a language model: its own curves and scores, no classes, samples, and text that goes on', async (t) => {
  const page = await open(t, { state: 'text' });
  await page.getByRole('img', { name: /^Perplexity/ }).waitFor();
  await page.getByRole('img', { name: /^Bits per character/ }).waitFor();
  assert.equal(await page.getByRole('img', { name: /^Accuracy/ }).count(), 0);
  await becomes(() => page.getByRole('img', { name: /^Perplexity/ }).getAttribute('data-points'), '607');
  const header = await page.locator('.run-header').innerText();
  assert.match(header, /Test perplexity\s+4\.963/);
  assert.doesNotMatch(header, /Labels|accuracy/);
  await becomes(() => page.getByRole('row', { name: /Plot Shakespeare/ }).innerText(), /4\.884 ppl\s+4\.963 ppl/);
  const evaluation = await page.getByRole('region', { name: 'Evaluation' }).innerText();
  assert.match(evaluation, /Bits per character\s+2\.311/);
  assert.match(evaluation, /Tokens\s+111,539/);
  assert.equal(await page.getByRole('table', { name: 'Confusion matrix' }).count(), 0);
  const samples = page.getByRole('region', { name: 'Samples' });
  await becomes(() => samples.innerText(), /Epoch 6[\s\S]*Epoch 5[\s\S]*<b>sun<\/b>/);
  await page.getByRole('textbox', { name: 'A text to go on from' }).fill('Good morrow');
  await page.getByRole('slider', { name: 'Temperature' }).fill('0.5');
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.getByText('Good morrow, my lord,').waitFor();
  const settings = { prompt: 'Good morrow', length: 500, temperature: 0.5, seed: 1 };
  await becomes(() => callsOf(page, 'generate'), [{ runId: '2026-11-24T11-00-00-shakespeare', settings }]);
  await page.getByRole('textbox', { name: 'A text to go on from' }).fill('é');
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.getByText('not in the model’s vocabulary: "é"').waitFor();
  await page.getByRole('row', { name: /Plot TREC/ }).click();
  await page.getByRole('table', { name: 'Confusion matrix' }).waitFor();
  await page.getByRole('textbox', { name: 'A text to classify' }).waitFor();
});

test('groups of parameters: what is frozen has a lock and has moved by nothing; names open by keyboard', async (t) => {
  const page = await open(t, { state: 'one' });
  const table = page.getByRole('table', { name: 'Groups of parameters' });
  const rows = table.getByRole('row');
  await eventually('the movement is there', async () => /0 %/.test(await rows.nth(1).innerText()));
  await becomes(() => rows.nth(1).innerText(), /embedding frozen\s+0 of 868,400\s+–\s+0 %/);
  await becomes(() => rows.nth(2).innerText(), /encoder\.0\s+161,600\s+0\.000385\s+4 %/);
  await becomes(() => rows.nth(1).locator('.codicon-lock').count(), 1);
  assert.equal(await rows.nth(4).locator('.codicon-lock').count(), 0);
  await rows.nth(1).locator('summary').focus();
  await page.keyboard.press('Enter');
  await table.getByText('embedding.weight').waitFor();
  await page.setViewportSize({ width: 400, height: 800 });
  // Charts follow the window in a frame of their own.
  await eventually('the page fits', () => page.evaluate(() => document.documentElement.scrollWidth <= 400));
  const change = page.getByRole('table', { name: 'Change of gates on the probes' });
  await becomes(() => change.innerText(), /Layer\s+i\s+f\s+g\s+o\s+c\s+tanh c\s+h\s+encoder\.0\s+0\.0210/);
  await becomes(() => page.getByRole('region', { name: 'Evaluation' }).innerText(), /86\.2 %\s+from 59\.4 %/);
});

test('a run that goes on from a checkpoint shows what it has since, not what it forgot', async (t) => {
  const page = await open(t);
  await eventually('all points so far', async () => (await pointsOf(page)) === 120);
  await page.evaluate(() => window.fixture.goOn(60));
  await eventually('what came later is gone', async () => (await pointsOf(page)) === 60);
  await page.evaluate(() => window.fixture.play(10));
  await eventually('ten more', async () => (await pointsOf(page)) === 70);
});
