// The inspector's further views in Chromium, under the policy and the themes of VS Code, against made-up networks that compute.
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { InspectorFixture } from '../../webview/dev/inspectorHost.ts';
import { traceLayer } from '../../webview/dev/traceNetworks.ts';
import type { UnitCurves } from '../../webview/inspector/unitCurves.ts';
import type { Heatmap } from '../../webview/shared/heatmap/heatmap.ts';
import { findViolations, overflowOf } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { becomes, eventually } from '../support/eventually.ts';
import { openFixturePage, type PageOptions } from '../support/fixturePage.ts';
import { THEMES, type ThemeName } from '../support/themes.ts';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

const VIEWS = {
  saturation: 'Saturation',
  units: 'Memory and kinds',
  gradients: 'Gradients',
  connectivity: 'Connectivity',
  whatIf: 'What if',
  sideBySide: 'Side by side',
  match: 'Select and match',
} as const;
type View = keyof typeof VIEWS;

/** A page that must not have complained by the end of the test, with a view open. */
async function open(t: TestContext, view: View, options: PageOptions = {}): Promise<Page> {
  const { page, complaints, close } = await openFixturePage(browser, 'inspector', options);
  t.after(async () => {
    await close();
    assert.deepEqual(complaints, []);
  });
  await show(page, view);
  return page;
}

async function show(page: Page, view: View): Promise<void> {
  await page.getByRole('tab', { name: VIEWS[view], exact: true }).click();
  await eventually('an answer', async () => (await page.locator('.view .loading').count()) === 0);
}

const PROBE = 'Who wrote Hamlet , and when did he write it ?';
const TOKENS = PROBE.split(' ');
const BILSTM = { cell: 'lstm', hiddenSize: 100, layerCount: 2, directionCount: 2, gain: 1.8 } as const;
const view = (page: Page) => page.getByRole('tabpanel');
const viewReadout = (page: Page): Promise<string> => page.locator('.view .view-readout').first().innerText();
const spoken = (page: Page): Promise<string> =>
  page.locator('.inspector-body').getByRole('gridcell').first().innerText();
const box = (page: Page) => page.getByRole('textbox', { name: 'A text to look at' });
/** As JSON has it: what is undefined is absent. */
const callsOf = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate(
    (wanted) =>
      window.fixture.calls
        .filter((call) => call.method === wanted)
        .map(({ params }) => JSON.parse(JSON.stringify(params)) as unknown),
    method,
  );
/** What is written in it: innerText leaves out what is not in sight. */
const textOf = async (page: Page): Promise<string> => (await view(page).innerText()).replace(/\s+/g, ' ');
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

test('tabs are worked by keyboard, and the open one survives a reload', async (t) => {
  const page = await open(t, 'saturation');
  await page.getByRole('tab', { name: 'Saturation' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), VIEWS.units);
  await page.keyboard.press('End');
  await page.getByText('Choose a span of tokens').waitFor();
  await page.reload();
  await page.getByText('Choose a span of tokens').waitFor();
  await becomes(() => page.getByRole('tab', { name: VIEWS.match }).getAttribute('aria-selected'), 'true');
});

test('what was set in a view is there again after a reload, and after a look at another view', async (t) => {
  const page = await open(t, 'saturation');
  const select = (name: string) => view(page).getByRole('combobox', { name });
  await select('Over').selectOption('training data');
  await page.getByRole('slider', { name: 'Shut below' }).fill('0.2');
  await show(page, 'units');
  await select('with').selectOption('length of the token');
  await show(page, 'gradients');
  await page.getByRole('radio', { name: 'Integrated gradients' }).check();
  await select('of the logit of').selectOption('LOC');
  await show(page, 'match');
  await view(page).getByRole('button', { name: 'Hamlet' }).click();
  await page.getByRole('slider', { name: 'at least' }).fill('0.45');
  await page.getByRole('checkbox', { name: 'off after it' }).check();
  await page.reload();
  await show(page, 'match');
  await becomes(() => view(page).getByRole('button', { name: 'Hamlet' }).getAttribute('aria-pressed'), 'true');
  await becomes(() => page.getByRole('slider', { name: 'at least' }).inputValue(), '0.45');
  await becomes(() => page.getByRole('checkbox', { name: 'off after it' }).isChecked(), true);
  await show(page, 'gradients');
  await becomes(() => page.getByRole('radio', { name: 'Integrated gradients' }).isChecked(), true);
  await becomes(() => select('of the logit of').locator('option:checked').innerText(), 'LOC');
  await show(page, 'units');
  await becomes(() => select('with').locator('option:checked').innerText(), 'length of the token');
  await show(page, 'saturation');
  await becomes(() => select('Over').locator('option:checked').innerText(), 'training data');
  await becomes(() => page.getByRole('slider', { name: 'Shut below' }).inputValue(), '0.2');
});

test('saturation: a dot that is reached by key is the row of the heatmap, with its true shares', async (t) => {
  const page = await open(t, 'saturation');
  const plot = page.getByRole('img', { name: /^Forget gate f, 100 units/ }).nth(1);
  await plot.focus();
  for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowRight');
  await eventually('a unit of the backward direction', async () =>
    /^Layer 0, backward, unit \d+/.test(await viewReadout(page)),
  );
  const unit = Number(/unit (\d+)/.exec(await viewReadout(page))?.[1]);
  const values = traceLayer(BILSTM, TOKENS, 0)[1].signals.f!.filter((_, at) => at % 100 === unit);
  const share = (isIn: (value: number) => boolean): string => percent(values.filter(isIn).length / values.length);
  assert.ok((await viewReadout(page)).includes(`f shut in ${share((f) => f < 0.1)}, open in ${share((f) => f > 0.9)}`));
  await eventually('the heatmap is at its row', async () => (await spoken(page)).startsWith(`Unit ${unit}, token 0,`));
  await becomes(() => page.getByRole('radio', { name: '← backward' }).isChecked(), true);
  await page.getByRole('slider', { name: 'Shut below' }).fill('0.49');
  await eventually('other thresholds, other shares', async () =>
    (await viewReadout(page)).includes(`f shut in ${share((f) => f < 0.49)}`),
  );
});

test('saturation: a click takes the unit of the dot, and once more the next one of it', async (t) => {
  const page = await open(t, 'saturation');
  const plot = page.getByRole('img', { name: /^Input gate i, 100 units/ }).first();
  // The corner: never shut, never open. Many units are there.
  const at = { x: 41, y: (await plot.boundingBox())!.height - 43 };
  await plot.click({ position: at });
  await eventually('a unit', async () => /^Layer 0, forward, unit \d+/.test(await viewReadout(page)));
  const first = await viewReadout(page);
  assert.match(first, /i shut in 0\.0 %, open in 0\.0 %.*The same for i: units/);
  await plot.click({ position: at });
  await eventually('another one', async () => (await viewReadout(page)) !== first);
  await becomes(() => viewReadout(page), /i shut in 0\.0 %, open in 0\.0 %/);
});

test('saturation over the epochs: every stored one is read, and a text without them says so', async (t) => {
  const page = await open(t, 'saturation');
  await page.getByRole('checkbox', { name: 'Over the epochs' }).check();
  await page.getByText('epoch 0 to 5 on the text at the top').waitFor();
  const epochs = (await callsOf(page, 'probe')).map((params) => (params as { epoch: number }).epoch);
  assert.deepEqual([...new Set(epochs)].sort(), [0, 1, 2, 3, 4, 5]);
  const picture = page.getByRole('img', { name: /^Forget gate f over the epochs/ }).first();
  await picture.focus();
  await page.keyboard.press('Home');
  await eventually('the page is at epoch 0', async () =>
    /now at epoch 0 shut/.test((await picture.getAttribute('aria-label')) ?? ''),
  );
  await becomes(() => page.locator('gs-epoch-slider').innerText(), /Epoch 0|before training/i);
  await page.getByRole('combobox', { name: 'Over' }).selectOption('training data');
  await eventually('the data are asked for', async () =>
    (await callsOf(page, 'statistics')).some((params) => JSON.stringify(params).includes('"split":"train"')),
  );
});

test('an RNN has no gates and no half-lives, and each view says it', async (t) => {
  const page = await open(t, 'saturation', { state: 'rnn' });
  await page.getByText('This network has no gates.').waitFor();
  await show(page, 'units');
  await page.getByText('it has no half-lives').waitFor();
  await page.getByRole('listbox', { name: /^Dead/ }).waitFor();
  assert.equal(await page.getByText('With their half-life').count(), 0);
  assert.equal(await page.getByText('Integrators').count(), 0);
});

test('memory: bars by keyboard, the units of a bar, and a unit of a list is the row of the heatmap', async (t) => {
  const page = await open(t, 'units');
  const bars = page.getByRole('group', { name: 'Half-lives of Layer 1, forward' });
  await bars.getByRole('button').first().focus();
  for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowRight');
  const count = /: (\d+) units?$/.exec(
    (await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) ?? '',
  );
  await page.keyboard.press('Enter');
  const list = page.getByRole('listbox', { name: /^In the chosen bar/ });
  await list.waitFor();
  await becomes(() => list.getByRole('option').first().getAttribute('aria-setsize'), count?.[1]);
  await list.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const chosen = await list.getByRole('option', { selected: true }).innerText();
  const unit = /Layer 1, forward, unit (\d+)/.exec(chosen)?.[1];
  assert.ok(unit, chosen);
  await eventually('its row, in the other layer', async () =>
    (await spoken(page)).startsWith(`Unit ${unit}, token 0,`),
  );
});

test('units by correlation: another annotation gives another order; few rows of many are drawn', async (t) => {
  const page = await open(t, 'units', { state: 'large' });
  const list = page.getByRole('listbox', { name: /^By correlation/ });
  await list.waitFor();
  const options = list.getByRole('option');
  assert.ok((await options.count()) < 40, `${await options.count()} rows are drawn`);
  const total = Number(await options.first().getAttribute('aria-setsize'));
  assert.ok(total > 400);
  const before = await options.first().innerText();
  await page.locator('select[name=gs-annotation]').selectOption('depth in brackets');
  await eventually('another first', async () => (await options.first().innerText()) !== before);
  await list.focus();
  await page.keyboard.press('End');
  await eventually(
    'the last one is there',
    async () => (await options.last().getAttribute('aria-posinset')) === String(total),
  );
});

test('gradients: a bar a token, chosen by keys; integrated ones say their completeness error', async (t) => {
  const page = await open(t, 'gradients');
  const tokens = page.locator('.strip-token');
  await becomes(() => tokens.count(), TOKENS.length);
  await tokens.first().focus();
  await page.keyboard.press('End');
  await eventually('the last token is the place of the page', async () =>
    (await spoken(page)).includes('token 10, “?”'),
  );
  await page.getByText('Integrated gradients', { exact: true }).click();
  await page.getByText('Completeness error of 50 steps').waitFor();
  const error = async (): Promise<number> => {
    const facts = await page.locator('.view .fact', { hasText: 'Completeness error' }).locator('dd').innerText();
    return Number(facts.split(' ')[0].replace('−', '-'));
  };
  assert.ok(Math.abs((await error()) - 0.4 / 50) < 1e-4, `${await error()}`);
  await page.getByRole('combobox', { name: 'Steps' }).selectOption('200');
  await eventually('fewer is missed', async () => Math.abs((await error()) - 0.4 / 200) < 1e-4);
  await page.getByRole('combobox', { name: 'of the logit of' }).selectOption('HUM');
  await eventually('another class', async () => /Logit of HUM/.test(await textOf(page)));
  const last = (await callsOf(page, 'gradients')).at(-1);
  assert.deepEqual(last, { runId: '2026-11-24T10-00-00-trec', text: PROBE, target: 'HUM', integratedSteps: 200 });
});

test('the gradient of the Gradients tab stands above the tokens of the heatmap, bar over column, and survives a reload', async (t) => {
  const page = await open(t, 'gradients');
  await page.getByRole('checkbox', { name: 'Gradient' }).check();
  const note = page.locator('.gradient-note');
  await eventually('the bars are explained', async () => /logit of \w+ answers/.test(await note.innerText()));
  await page.locator('.strip-token').nth(2).click();
  const strip = (await page.locator('.strip-token').nth(2).getAttribute('title')) ?? '';
  const number = /: ([\d.]+),/.exec(strip)?.[1];
  assert.ok(number, strip);
  await eventually('the same number at the cursor', async () =>
    (await note.innerText()).includes(`At “Hamlet”: ${number}`),
  );
  assert.ok((await spoken(page)).endsWith(`, gradient ${number}`), await spoken(page));
  assert.deepEqual(await filledColumns(page), await largestBars(page));
  await page.reload();
  await note.waitFor();
});

test('the attention stands above the tokens of a model that pools by it; the gradient takes its place', async (t) => {
  const page = await open(t, 'gradients', { state: 'attention' });
  const note = page.locator('.gradient-note');
  // The longest word has six letters, and counts three times as much as those of five.
  await eventually('the bars are explained', async () => /each token’s weight/.test(await note.innerText()));
  await eventually('a bar over the longest word', async () => (await filledColumns(page)).join() === '2');
  await page.locator('.inspector-body').getByRole('grid').first().focus();
  for (const key of ['ArrowRight', 'Home', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  await eventually('the number at the cursor', async () => /, attention 0\.\d+$/.test(await spoken(page)));
  await eventually('a table that has them', async () => {
    const item = page.getByRole('button', { name: 'CSV table' });
    if (!(await item.isVisible())) await page.locator('.inspector-tools summary').click();
    await item.click({ timeout: 2000 });
    const text = await page.evaluate(() => new TextDecoder().decode(window.fixture.saved.at(-1)?.data));
    return /^attention,,,,0\.\d+/m.test(text);
  });
  await page.getByRole('checkbox', { name: 'Gradient' }).check();
  await eventually('the gradient', async () => /logit of \w+ answers/.test(await note.innerText()));
});

/** Columns of the heatmap with a bar at least half as high as it can be, by the pixels of the picture. */
const filledColumns = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const heatmap = document.querySelector<Heatmap>('gs-heatmap')!;
    const canvas = heatmap.querySelector('canvas')!;
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!;
    copy.drawImage(canvas, 0, 0);
    const colourAt = (x: number): string => copy.getImageData(x, 17, 1, 1).data.join();
    const { left, bottom } = canvas.getBoundingClientRect();
    const filled = new Set<number>();
    for (let x = 0; x < canvas.width; x++) {
      const place = heatmap.placeUnder({ clientX: left + x, clientY: bottom - 4 });
      if (place && colourAt(x) !== colourAt(1)) filled.add(place.column);
    }
    return [...filled];
  });

/** The same, by the numbers of the Gradients tab. */
async function largestBars(page: Page): Promise<number[]> {
  const titles = await page
    .locator('.strip-token')
    .evaluateAll((tokens) => tokens.map((token) => token.getAttribute('title') ?? ''));
  const values = titles.map((title) => Number(/: ([\d.]+), [\d.]+ % of all$/.exec(title)?.[1]));
  assert.ok(values.every((value) => value > 0));
  const half = Math.max(...values) / 2;
  return values.flatMap((value, at) => (value >= half ? at : []));
}

test('connectivity: a state is named by its token, as a column is', async (t) => {
  const page = await open(t, 'connectivity');
  const named = await page.locator('[data-panel=connectivity] gs-heatmap').evaluate((element) => {
    const { rowNames, columnNames } = element as Heatmap;
    return { rowNames, columnNames };
  });
  assert.deepEqual(named, { rowNames: TOKENS, columnNames: TOKENS });
});

test('the curves of a pinned unit show the tokens that the heatmap shows', async (t) => {
  const page = await open(t, 'gradients', { width: 900 });
  await box(page).fill(Array.from({ length: 1024 }, (_, at) => `word${at}`).join(' '));
  const grid = page.locator('.inspector-body').getByRole('grid').first();
  await eventually('the long text', async () => (await grid.getAttribute('aria-colcount')) === '1024');
  await grid.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  for (let press = 0; press < 6; press++) await page.keyboard.press('+');
  const curves = page.locator('gs-unit-curves');
  const shown = () => curves.evaluate((element) => (element as UnitCurves).columns);
  await eventually('a part of it, with its end', async () => {
    const columns = await shown();
    return columns !== undefined && columns.end === 1024 && columns.end - columns.start < 300;
  });
  const before = (await shown())!;
  await page.keyboard.press('Home');
  await eventually('the beginning, as many tokens', async () => {
    const columns = await shown();
    return columns?.start === 0 && Math.abs(columns.end - (before.end - before.start)) <= 1;
  });
});

test('connectivity: values by keyboard, zero where the token was not read yet, in both scales', async (t) => {
  const page = await open(t, 'connectivity');
  const grid = view(page).getByRole('grid', { name: /^Connectivity of 11 tokens/ });
  await grid.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const cell = view(page).getByRole('gridcell');
  await eventually('token 1 and state 0', async () =>
    /token 1, “wrote” changes h at token 0, “Who” by 0\.0000/.test(await cell.innerText()),
  );
  await page.keyboard.press('ArrowDown');
  await eventually('the diagonal is not zero', async () => / by 0\.[1-9]| by [1-9]/.test(await cell.innerText()));
  const before = await cell.innerText();
  await page.getByRole('checkbox', { name: 'Logarithmic colours' }).uncheck();
  await eventually('the same value', async () => (await cell.innerText()) === before);
});

test('epochs: stepped, played to the end, best one marked, and the trace follows', async (t) => {
  const page = await open(t, 'saturation');
  const slider = page.getByRole('slider', { name: 'Epoch' });
  await becomes(() => slider.getAttribute('aria-valuetext'), 'epoch 4 (best)');
  await becomes(() => page.locator('.epoch-best').getAttribute('title'), 'Epoch 4 is the best');
  await page.locator('.inspector-body').getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  await eventually('a cell', async () => /^Unit \d+, token 0/.test(await spoken(page)));
  const first = await spoken(page);
  await slider.focus();
  await page.keyboard.press('Home');
  await eventually(
    'the untrained network',
    async () => (await slider.getAttribute('aria-valuetext')) === 'before training',
  );
  await eventually('another picture', async () => (await spoken(page)) !== first);
  await page.keyboard.press('ArrowRight');
  await eventually('the first epoch, of which only the probe was stored', async () =>
    (await callsOf(page, 'probe')).some((params) => (params as { epoch: number }).epoch === 1),
  );
  await page.keyboard.press(' ');
  await eventually('it plays to the end', async () => (await slider.getAttribute('aria-valuetext')) === 'epoch 5');
  await eventually('and stops there', () => page.getByRole('button', { name: 'Play the training' }).isVisible());
  await page.reload();
  await eventually('a reload keeps it', async () => (await slider.getAttribute('aria-valuetext')) === 'epoch 5');
});

test('what if: nothing differs without an edit; an edit differs from its token on; the text survives a reload', async (t) => {
  const page = await open(t, 'whatIf', { state: 'lstm' });
  await page.getByText('every signal to the last bit').waitFor();
  await becomes(() => view(page).locator('gs-heatmap').count(), 7);
  await becomes(() => view(page).locator('.legend-note', { hasText: 'no difference' }).count(), 7);
  const changed = PROBE.replace('Hamlet', 'Macbeth').replace(' it ', ' ');
  await page.getByRole('textbox', { name: 'The changed text' }).fill(changed);
  await page.getByText('1 token changed, 1 token deleted').waitFor();
  await becomes(() => textOf(page), /Nothing differs before column 2, “Hamlet→Macbeth”/);
  const grid = view(page).getByRole('grid').first();
  await grid.focus();
  const cell = view(page).getByRole('gridcell').first();
  await page.keyboard.press('ArrowRight');
  await eventually('zero before the edit', async () =>
    /“Who”: difference of the input gate 0\.0000/.test(await cell.innerText()),
  );
  for (let press = 0; press < 2; press++) await page.keyboard.press('ArrowRight');
  await eventually('and not at it', async () =>
    /Hamlet→Macbeth”: difference of the input gate −?0\.\d*[1-9]/.test(await cell.innerText()),
  );
  const lstm = { ...BILSTM, hiddenSize: 128, layerCount: 1, directionCount: 1 } as const;
  const [was, is] = [PROBE, changed].map((text) => traceLayer(lstm, text.split(' '), 0)[0].signals.i![2 * 128]);
  assert.ok((await cell.innerText()).includes((is - was).toFixed(4).replace('-', '−')));
  await page.reload();
  await page.getByText('1 token changed, 1 token deleted').waitFor();
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByText('every signal to the last bit').waitFor();
});

test('the pictures of a view are exported: all its heatmaps, with the numbers that stand in them', async (t) => {
  const page = await open(t, 'connectivity');
  const save = async (format: string, count: number): Promise<string> => {
    await view(page).getByRole('button', { name: format, exact: true }).click();
    await eventually('the file', () => page.evaluate((wanted) => window.fixture.saved.length === wanted, count));
    return page.evaluate(() => new TextDecoder().decode(window.fixture.saved.at(-1)?.data));
  };
  const [head, first, second] = (await save('CSV', 1)).split('\r\n');
  assert.match(head, /^picture,row,0 Who,1 wrote,/);
  const shown = await page.locator('[data-panel=connectivity] gs-heatmap').evaluate((element) => {
    const { values, rows } = (element as Heatmap).numbers!;
    return [0, 1].map((row) => Array.from({ length: rows }, (_, column) => values[column * rows + row]));
  });
  for (const [row, line] of [first, second].entries()) {
    const cells = line.slice(line.lastIndexOf('"') + 1).split(',');
    assert.deepEqual(cells.slice(-11).map(Number), shown[row]);
  }
  const svg = await save('SVG', 2);
  assert.equal(svg.match(/<image /g)?.length, 1);
  assert.equal(svg.match(/>Hamlet</g)?.length, 2, 'the name of a column and of a row');
  await show(page, 'whatIf');
  await page.getByRole('textbox', { name: 'The changed text' }).fill('Who wrote Hamlet ?');
  await page.getByText(/token.* deleted/).waitFor();
  assert.equal((await save('SVG', 3)).match(/<image /g)?.length, 7);
  await show(page, 'sideBySide');
  assert.equal((await save('SVG', 4)).match(/<image /g)?.length, 2);
});

test('side by side: two texts, two epochs and two runs, with one cursor', async (t) => {
  const page = await open(t, 'sideBySide');
  await page.getByRole('textbox', { name: 'The other text' }).fill(`Tell me , ${PROBE}`);
  const sides = view(page).getByRole('grid');
  await eventually('the other text is longer', async () => (await sides.nth(1).getAttribute('aria-colcount')) === '14');
  await sides.first().focus();
  await page.keyboard.press('ArrowRight');
  await eventually(
    '“Who” on both sides',
    async () => ((await viewReadout(page)).match(/at “Who”/g) ?? []).length === 2,
  );
  await becomes(() => view(page).getByRole('gridcell').nth(1).innerText(), /^Unit 0, token 3, “Who”/);
  await page.getByText('Two epochs').click();
  await page.getByRole('combobox', { name: 'with' }).selectOption('epoch 2');
  await eventually('of epoch 2 there is the probe', async () =>
    /epoch 2/.test(await view(page).locator('[data-panel=right]').innerText()),
  );
  await sides.first().focus();
  await page.keyboard.press('ArrowRight');
  const right = page.getByRole('group', { name: 'Equations on the right' });
  await right.getByText('Only the signals of this epoch were stored').waitFor();
  await page.getByText('Two runs').click();
  await eventually('the GRU', async () => (await sides.nth(1).getAttribute('aria-rowcount')) === '64');
  await view(page).getByRole('radio', { name: 'update gate' }).check({ force: true });
  await eventually('its update gate, and the gate that keeps on the other side', async () => {
    const [left, right] = await sides.evaluateAll((grids) => grids.map((grid) => grid.getAttribute('aria-label')));
    return /update gate/.test(right ?? '') && /forget gate/.test(left ?? '');
  });
});

test('side by side: the equations of the cell on each side, an LSTM beside a GRU, also after a reload', async (t) => {
  const page = await open(t, 'sideBySide');
  await page.getByText('Two runs').click();
  const grids = view(page).getByRole('grid');
  await eventually('the GRU', async () => (await grids.nth(1).getAttribute('aria-rowcount')) === '64');
  await grids.first().focus();
  for (const key of ['Control+Home', 'ArrowRight', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  const left = page.getByRole('group', { name: 'Equations on the left' });
  const right = page.getByRole('group', { name: 'Equations on the right' });
  const gatesOf = (side: typeof left): Promise<string[]> =>
    side.locator('tr[data-gate]').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.gate ?? ''));
  await becomes(() => gatesOf(left), ['i', 'f', 'g', 'o']);
  await becomes(() => gatesOf(right), ['r', 'z', 'n']);
  const place = { layer: 0, direction: 0, unit: 2, token: 1, text: PROBE };
  for (const runId of ['2026-11-24T10-00-00-trec', '2026-11-23T10-00-00-gru'])
    await eventually(`asked of ${runId}`, async () =>
      (await callsOf(page, 'equation')).some((each) => isDeepStrictEqual(each, { runId, ...place })),
    );
  // Input, recurrence and bias add up to the sum, on the page as in the network.
  for (const side of [left, right]) {
    await eventually('the parts of the first gate add up', async () => {
      const cells = await side.locator('tr[data-gate]').first().locator('td').allInnerTexts();
      const [input, recurrent, bias, sum] = cells.map((cell) => Number.parseFloat(cell.replace('−', '-')));
      return Math.abs(input + recurrent + bias - sum) < 2.5e-4;
    });
  }
  await right.getByRole('button', { name: /^n/ }).click();
  const term = right.getByRole('table', { name: 'Largest terms' }).getByRole('button').first();
  const unit = (await term.getAttribute('title'))?.match(/\d+/)?.[0];
  await term.click();
  await becomes(() => viewReadout(page), new RegExp(`^Unit ${unit}: .*left h = .* at “Who”; right h = .* at “Who”`));
  await eventually('it is kept', () => page.evaluate(() => JSON.stringify(sessionStorage).includes('sideBySide')));
  await page.reload();
  await becomes(() => viewReadout(page), new RegExp(`^Unit ${unit}: .*“Who”`));
  await becomes(() => gatesOf(right), ['r', 'z', 'n']);
});

test('select and match: a span by keys, a search with progress, hits that open their line', async (t) => {
  const page = await open(t, 'match');
  await view(page).getByRole('button', { name: 'Who', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByRole('group', { name: /now “wrote Hamlet”/ }).waitFor();
  await page.getByRole('slider', { name: 'at least' }).fill('0.1');
  const h = traceLayer(BILSTM, TOKENS, 0)[0].signals.h!;
  const on = Array.from({ length: 100 }, (_, unit) => unit).filter(
    (unit) => h[100 + unit] >= 0.1 && h[200 + unit] >= 0.1,
  );
  await eventually('the units that are on', async () =>
    (await viewReadout(page)).startsWith(`${on.length} units of 100 are on`),
  );
  await page.getByRole('checkbox', { name: 'off before the span' }).check();
  await page.getByRole('button', { name: 'Find' }).click();
  const table = page.getByRole('table', { name: 'Places where the same units are on' });
  await table.waitFor();
  await becomes(() => table.getByRole('row').count(), 51);
  const [asked] = (await callsOf(page, 'selectAndMatch')) as Record<string, unknown>[];
  assert.deepEqual(
    { ...asked, requestId: '' },
    {
      requestId: '',
      runId: '2026-11-24T10-00-00-trec',
      text: PROBE,
      layer: 0,
      direction: 0,
      signal: 'h',
      from: 1,
      to: 2,
      threshold: 0.1,
      isOffLeft: true,
      isOffRight: false,
      data: { split: 'train' },
      top: 50,
    },
  );
  await table.getByRole('button', { name: 'TREC.train.all:16', exact: true }).click();
  await becomes(
    () => callsOf(page, 'openDataLine'),
    [{ runId: '2026-11-24T10-00-00-trec', path: '/data/TREC.train.all', line: 16 }],
  );
  await page.getByRole('slider', { name: 'at least' }).fill('1');
  await page.getByText('No unit of 100 is on').waitFor();
  await becomes(() => page.getByRole('button', { name: 'Find' }).isDisabled(), true);
});

test('select and match: no hits, a thousand hits, and a search that is cancelled', async (t) => {
  const page = await open(t, 'match');
  await page.getByRole('slider', { name: 'at least' }).fill('0');
  await page.getByRole('combobox', { name: 'In' }).selectOption('test data');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByText('No place has any of the 5 units on').waitFor();
  await page.getByRole('combobox', { name: 'In' }).selectOption('training data');
  await page.getByRole('combobox', { name: 'best' }).selectOption('1000 places');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByText('1,000 places like').waitFor();
  const slow = await open(t, 'match', { state: 'unending' });
  await slow.getByRole('slider', { name: 'at least' }).fill('0');
  await slow.getByRole('button', { name: 'Find' }).click();
  await slow.getByText('13,848 tokens read, 25.0 %').waitFor();
  await slow.getByRole('button', { name: 'Cancel' }).click();
  await slow.getByRole('button', { name: 'Find' }).waitFor();
  await eventually('the host was told', () =>
    slow.evaluate(() => (window as unknown as { fixture: InspectorFixture }).fixture.aborted === 1),
  );
});

test('an epoch of which only probes were stored shows what was stored, and says why the rest is missing', async (t) => {
  const page = await open(t, 'saturation');
  const slider = page.getByRole('slider', { name: 'Epoch' });
  await slider.fill('2');
  await eventually('epoch 2', async () => (await slider.getAttribute('aria-valuetext')) === 'epoch 2');
  await page
    .getByRole('img', { name: /^Forget gate f, 100 units/ })
    .first()
    .waitFor();
  for (const name of ['units', 'gradients', 'connectivity', 'whatIf', 'match'] as const) {
    await show(page, name);
    await page.getByText('The weights of this epoch were not kept.').waitFor();
  }
});

test('in Restricted Mode what was stored is shown, and the rest says why it is not', async (t) => {
  const page = await open(t, 'saturation', { state: 'restricted' });
  await page
    .getByRole('img', { name: /^Forget gate f, 100 units/ })
    .first()
    .waitFor();
  for (const name of ['units', 'gradients', 'connectivity', 'whatIf', 'match'] as const) {
    await show(page, name);
    await page.getByText('This has to be computed, and computing is off here.').waitFor();
  }
  for (const method of ['trace', 'statistics', 'gradients', 'connectivity'])
    assert.deepEqual(await callsOf(page, method), []);
});

test('a language model: characters, blanks that can be seen, and what it expects next before and after an edit', async (t) => {
  const page = await open(t, 'gradients', { state: 'text' });
  await page.getByText('Logit of e after token 18, “e”').waitFor();
  assert.ok((await page.locator('.strip-text').allInnerTexts()).includes('␣'));
  await show(page, 'whatIf');
  await page.getByRole('textbox', { name: 'The changed text' }).fill('To be, or not to be!');
  await page.getByText('1 token inserted').waitFor();
  const table = page.getByRole('table', { name: 'Probabilities before and after the change' });
  await becomes(() => table.getByRole('row').count(), 6);
  assert.ok((await table.innerText()).includes('␣'));
  for (const name of ['saturation', 'units', 'connectivity', 'sideBySide', 'match'] as const) await show(page, name);
});

test('a text of a thousand tokens, and one of a single token', async (t) => {
  const page = await open(t, 'gradients');
  await box(page).fill(Array.from({ length: 1000 }, (_, at) => `word${at % 97}`).join(' '));
  await eventually('a thousand bars', async () => (await page.locator('.strip-token').count()) === 1000);
  await show(page, 'connectivity');
  await page.getByText('connectivity can be computed for at most 512').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Compute' }).count(), 0);
  await box(page).fill(Array.from({ length: 400 }, (_, at) => `word${at % 97}`).join(' '));
  await page.getByText('grows with the square of the 400 tokens').waitFor();
  const asked = async () => (await callsOf(page, 'connectivity')).length;
  assert.equal(await asked(), 0);
  await page.getByRole('button', { name: 'Compute' }).click();
  await eventually(
    'a value for each pair',
    async () => (await view(page).getByRole('grid').getAttribute('aria-colcount')) === '400',
  );
  await show(page, 'match');
  await box(page).fill(Array.from({ length: 1000 }, (_, at) => `word${at % 97}`).join(' '));
  await becomes(() => view(page).locator('.token').count(), 1000);
  await box(page).fill('Hamlet');
  await eventually('one', async () => (await view(page).locator('.token').count()) === 1);
  for (const name of Object.keys(VIEWS) as View[]) await show(page, name);
});

test('labels and tokens of strangers are never read as HTML, and nothing becomes too wide', async (t) => {
  const page = await open(t, 'gradients', { state: 'hostile', width: 400 });
  for (const name of Object.keys(VIEWS) as View[]) {
    await show(page, name);
    assert.equal(await page.locator('main img').count(), 0);
    assert.ok((await overflowOf(page)) <= 0, `${name} is ${await overflowOf(page)} px too wide`);
  }
  assert.notEqual(await page.title(), 'owned');
});

for (const theme of Object.keys(THEMES) as ThemeName[]) {
  test(`no accessibility violations, and nothing too wide at 400 px: ${theme}`, async (t) => {
    const page = await open(t, 'saturation', { theme, width: 400 });
    await page.getByRole('checkbox', { name: 'Over the epochs' }).check();
    for (const name of Object.keys(VIEWS) as View[]) {
      await show(page, name);
      if (name === 'sideBySide') {
        await view(page).getByRole('grid').first().press('ArrowRight');
        await page.getByRole('group', { name: 'Equations on the right' }).getByRole('table').first().waitFor();
      }
      assert.deepEqual(await findViolations(page), [], name);
      assert.ok((await overflowOf(page)) <= 0, `${name} is ${await overflowOf(page)} px too wide`);
    }
  });
}
