// The inspector in Chromium, under the policy and the themes of VS Code, against made-up networks that compute.
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { equationOf, traceLayer } from '../../webview/dev/traceNetworks.ts';
import { colorAt, colorMap } from '../../webview/shared/heatmap/colorMap.ts';
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

/** A page that must not have complained by the end of the test. */
async function open(t: TestContext, options: PageOptions = {}): Promise<Page> {
  const { page, complaints, close } = await openFixturePage(browser, 'inspector', options);
  t.after(async () => {
    await close();
    assert.deepEqual(complaints, []);
  });
  await page.locator('gs-inspector main').waitFor();
  return page;
}

const PROBE = 'Who wrote Hamlet , and when did he write it ?';
const TOKENS = PROBE.split(' ');
const BILSTM = { cell: 'lstm', hiddenSize: 100, layerCount: 2, directionCount: 2, gain: 1.8 } as const;

const grid = (page: Page) => page.getByRole('grid').first();
const readout = (page: Page): Promise<string> => page.locator('.cell-readout').innerText();
const spoken = (page: Page): Promise<string> => page.getByRole('gridcell').first().innerText();
const box = (page: Page) => page.getByRole('textbox', { name: 'A text to look at' });
const callsOf = (page: Page, method: string) =>
  page.evaluate(
    (wanted) => window.fixture.calls.filter((call) => call.method === wanted).map(({ params }) => params),
    method,
  );
const signal = (page: Page, title: string) => page.getByRole('radio', { name: title, exact: true });
const exact = (value: number): string => value.toFixed(4).replace('-', '−');

/** Puts the cursor at a cell by keys alone. */
async function goTo(page: Page, unit: number, token: number): Promise<void> {
  await grid(page).focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+Home');
  for (let at = 0; at < unit; at++) await page.keyboard.press('ArrowDown');
  for (let at = 0; at < token; at++) await page.keyboard.press('ArrowRight');
  await eventually('the cursor is there', async () => (await spoken(page)).startsWith(`Unit ${unit}, token ${token},`));
}

test('a cell by keyboard: read out, spoken, and its equation with the numbers of the network', async (t) => {
  const page = await open(t);
  await signal(page, 'forget gate').check();
  await goTo(page, 3, 2);
  const [forward] = traceLayer(BILSTM, TOKENS, 0);
  const traced = (name: 'f' | 'c' | 'h', token = 2): number => forward.signals[name]![token * 100 + 3];
  await becomes(
    () => readout(page),
    new RegExp(`= ${exact(traced('f'))}\\s+forget gate of unit 3 at token 2, “Hamlet”`),
  );
  await becomes(() => spoken(page), `Unit 3, token 2, “Hamlet”: forget gate ${exact(traced('f'))}`);
  const { gates } = equationOf(BILSTM, TOKENS, { layer: 0, direction: 0, token: 2, unit: 3 });
  const row = page.locator('tr[data-gate=f]');
  const forget = gates.find(({ signal: name }) => name === 'f')!;
  const parts = [forget.input, forget.recurrent, forget.biasIh + forget.biasHh, forget.preActivation, forget.value];
  await eventually(
    'its parts',
    async () => (await row.locator('td').allInnerTexts()).join() === parts.map(exact).join(),
  );
  const states = await page.getByRole('table', { name: 'States step by step' }).innerText();
  assert.ok(states.includes(`${exact(traced('f'))} · ${exact(traced('c', 1))}`), states);
  assert.ok(states.includes(exact(traced('c'))) && states.includes(exact(traced('h'))), states);
});

test('the largest terms are listed on request, and lead to the unit they come from', async (t) => {
  const page = await open(t);
  await goTo(page, 3, 2);
  await page.locator('tr[data-gate=i] button').click();
  const terms = page.getByRole('table', { name: 'Largest terms' });
  await eventually('eight of them', async () => (await terms.getByRole('row').count()) === 8);
  const source = terms.getByRole('button').first();
  const unit = /Look at unit (\d+)/.exec((await source.getAttribute('title')) ?? '')?.[1];
  await source.click();
  await eventually('the unit one token earlier', async () => (await spoken(page)).startsWith(`Unit ${unit}, token 1,`));
});

/** In the page: the colours of every third pixel each way whose middle lies over the chosen cell, the most frequent first. */
function colorsOfChosenCell(): [color: string, count: number][] {
  const heatmap = document.querySelector<Heatmap>('gs-heatmap')!;
  const canvas = heatmap.querySelector('canvas')!;
  const { left, top } = heatmap.querySelector('.heatmap-scroll')!.getBoundingClientRect();
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!;
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const colors = new Map<string, number>();
  for (let y = 0; y < canvas.height; y += 3) {
    for (let x = 0; x < canvas.width; x += 3) {
      const client = { clientX: left + (x + 0.5) / devicePixelRatio, clientY: top + (y + 0.5) / devicePixelRatio };
      const place = heatmap.placeUnder(client);
      if (place?.row !== heatmap.at?.row || place?.column !== heatmap.at?.column) continue;
      const at = (y * canvas.width + x) * 4;
      const color = data.slice(at, at + 3).join();
      colors.set(color, (colors.get(color) ?? 0) + 1);
    }
  }
  return [...colors].sort((a, b) => b[1] - a[1]);
}

test('each cell on the canvas has the colour of its value, at whole and at broken pixel ratios', async (t) => {
  for (const ratio of [1, 1.5, 2]) {
    const page = await open(t, { state: 'rnn', ratio });
    const [{ signals }] = traceLayer(
      { ...BILSTM, cell: 'rnn', hiddenSize: 40, layerCount: 1, directionCount: 1 },
      TOKENS,
      0,
    );
    const map = colorMap('diverging', 'dark');
    await grid(page).waitFor();
    for (const { unit, token } of [
      { unit: 0, token: 0 },
      { unit: 17, token: 5 },
      { unit: 39, token: 10 },
    ]) {
      await goTo(page, unit, token);
      const found = await page.evaluate(colorsOfChosenCell);
      const expected = colorAt(map, (signals.h![token * 40 + unit] + 1) / 2).join();
      assert.equal(found[0]?.[0], expected, `unit ${unit}, token ${token} at ${ratio}: ${JSON.stringify(found)}`);
      // The gap is of the page's colour; a number in the cell may blend with it, and nothing else may.
      assert.ok(found[0][1] > 30, `${found[0][1]} pixels`);
    }
  }
});

test('512 units by 1,024 tokens scroll and zoom within a frame', async (t) => {
  const page = await open(t, { state: 'large' });
  await box(page).fill(Array.from({ length: 1024 }, (_, at) => `word${at % 97}`).join(' '));
  await eventually('all of it', async () => (await grid(page).getAttribute('aria-colcount')) === '1024');
  const zooms = await page.evaluate(async () => {
    const heatmap = document.querySelector<Heatmap>('gs-heatmap')!;
    const scroller = heatmap.querySelector<HTMLElement>('.heatmap-scroll')!;
    const nextFrame = () => new Promise<number>((settle) => requestAnimationFrame(settle));
    const place = (): string => `${scroller.scrollLeft} ${scroller.scrollTop}`;
    const measured = [];
    for (const [name, factor] of [
      ['at a pixel a cell', 0],
      ['at 4 pixels', 4],
      ['with numbers in the cells', 100],
    ] as const) {
      heatmap.zoomBy(factor);
      await nextFrame();
      await heatmap.updateComplete;
      let [before, moves] = [await nextFrame(), 0];
      const [paint, frame, paintedBefore]: [number[], number[], number] = [[], [], heatmap.paintCount];
      for (let step = 1; step <= 60; step++) {
        const from = place();
        scroller.scrollTo(step * 23, step * 9);
        if (place() !== from) moves++;
        const now = await nextFrame();
        paint.push(heatmap.lastPaintMs);
        frame.push(now - before);
        before = now;
      }
      // What was asked for by the last move is painted in the frame that this one waits for.
      await nextFrame();
      measured.push({ name, paint, frame, moves, painted: heatmap.paintCount - paintedBefore });
    }
    return measured;
  });
  const median = (values: number[]): string => values.sort((a, b) => a - b)[values.length >> 1].toFixed(1);
  for (const { name, paint, frame, moves, painted } of zooms) {
    t.diagnostic(`scrolling ${name}: ${median(paint)} ms of script a frame, a frame every ${median(frame)} ms`);
    assert.ok(moves > 10, `${name} there were ${moves} moves`);
    assert.ok(painted >= moves, `${name} ${painted} of ${moves} moves were painted`);
  }
});

test('with 512 units, 1,024 tokens and all signals, moving the pointer stays smooth', async (t) => {
  const page = await open(t, { state: 'large' });
  await box(page).fill(Array.from({ length: 1024 }, (_, at) => `word${at % 97}`).join(' '));
  await eventually('all of it', async () => (await grid(page).getAttribute('aria-colcount')) === '1024');
  await signal(page, 'all signals').check();
  await eventually('seven', async () => (await page.locator('gs-heatmap').count()) === 7);
  const moves = await page.evaluate(async () => {
    const scroller = document.querySelector<HTMLElement>('.heatmap-scroll')!;
    const app = document.querySelector('gs-inspector') as unknown as { updateComplete: Promise<unknown> };
    const { left, top } = scroller.getBoundingClientRect();
    const took: number[] = [];
    for (let step = 0; step < 40; step++) {
      await new Promise((settle) => requestAnimationFrame(settle));
      const startedAt = performance.now();
      const at = { clientX: left + 60 + step * 5, clientY: top + 60 + step * 3, bubbles: true };
      scroller.dispatchEvent(new PointerEvent('pointermove', at));
      await app.updateComplete;
      await new Promise((settle) => setTimeout(settle));
      took.push(performance.now() - startedAt);
    }
    return took.sort((a, b) => a - b);
  });
  await becomes(() => spoken(page), /^Unit \d+, token \d+/);
  t.diagnostic(
    `from the pointer to all that follows it: median ${moves[20].toFixed(1)} ms, longest ${moves.at(-1)?.toFixed(1)} ms`,
  );
});

test('with 40 tokens and 256 units, probabilities follow what is typed', async (t) => {
  const page = await open(t, { state: 'wide' });
  await box(page).fill(Array.from({ length: 40 }, (_, at) => `word${at}`).join(' '));
  await eventually('all of it', async () => (await grid(page).getAttribute('aria-colcount')) === '40');
  const took = await page.evaluate(async () => {
    const area = document.querySelector('textarea')!;
    const shown = () => document.querySelector('.outcome')?.textContent;
    const times: number[] = [];
    for (let step = 0; step < 15; step++) {
      const before = shown();
      const startedAt = performance.now();
      area.value = area.value.replace(/word\S*$/, `word${'xyz'[step % 3]}${step}`);
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
      while (shown() === before) await new Promise((settle) => requestAnimationFrame(settle));
      times.push(performance.now() - startedAt);
    }
    return times.sort((a, b) => a - b);
  });
  assert.equal(took.length, 15);
  t.diagnostic(
    `from the key to the probabilities, the made-up network's own time included: median ${took[7].toFixed(0)} ms, longest ${took[14].toFixed(0)} ms`,
  );
});

test('what is typed is read after a moment, and a newer text cancels the older', async (t) => {
  const page = await open(t);
  await grid(page).waitFor();
  await box(page).fill('');
  await page.getByText('No text yet.').waitFor();
  await box(page).pressSequentially('What is antidisestablishmentarianism ?', { delay: 8 });
  await eventually('its tokens', async () => (await page.locator('.chips .token').count()) === 4);
  await becomes(() => page.locator('.token.is-unknown').innerText(), 'antidisestablishmentarianism');
  await page.getByText('1 not in the vocabulary').waitFor();
  const texts = (await callsOf(page, 'trace')).map((params) => (params as { text: string }).text);
  assert.equal(texts.at(-1), 'What is antidisestablishmentarianism ?');
  assert.ok(texts.length < 20, `${texts.length} questions for 38 keys`);
  await becomes(() => page.locator('.outcome tr').count(), 5);
});

test('pinning a unit shows its curves and marks its row; once more takes it off', async (t) => {
  const page = await open(t);
  await goTo(page, 5, 1);
  await page.keyboard.press('Enter');
  const curves = page.getByRole('img', { name: 'Signals of unit 5 over 11 tokens' });
  await curves.waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByText('at token 2, “Hamlet”').first().waitFor();
  const [forward] = traceLayer(BILSTM, TOKENS, 0);
  await becomes(() => page.locator('.curve-values').innerText(), new RegExp(exact(forward.signals.c![2 * 100 + 5])));
  await page.getByRole('radio', { name: '← backward' }).check();
  await eventually('none of the other direction', async () => (await curves.count()) === 0);
  await page.getByRole('radio', { name: '→ forward' }).check();
  await page.getByRole('button', { name: 'Unpin unit 5' }).click();
  await eventually('it is gone', async () => (await curves.count()) === 0);
});

test('the mouse reads, a click pins, and what was clicked stays when the pointer leaves', async (t) => {
  const page = await open(t);
  const { x, y } = (await grid(page).boundingBox())!;
  await page.mouse.move(x + 200, y + 150);
  await eventually('a value', async () => /hidden state of unit \d+/.test(await readout(page)));
  const first = await readout(page);
  await page.mouse.click(x + 200, y + 150);
  await page.mouse.move(x + 320, y + 260);
  await eventually('another', async () => (await readout(page)) !== first);
  await page.mouse.move(4, 4);
  await eventually('the first again', async () => (await readout(page)) === first);
  await becomes(() => page.locator('gs-unit-curves').count(), 1);
});

test('all signals stand side by side, scroll together, and share their cursor', async (t) => {
  const page = await open(t, { state: 'lstm' });
  await signal(page, 'all signals').check();
  await eventually('seven', async () => (await page.locator('gs-heatmap').count()) === 7);
  await page.getByRole('button', { name: /^Zoom in/ }).click();
  await page.getByRole('button', { name: /^Zoom in/ }).click();
  await page
    .locator('.heatmap-scroll')
    .nth(2)
    .evaluate((scroller) => scroller.scrollTo(0, 20));
  await eventually(
    'all follow',
    async () =>
      await page.locator('.heatmap-scroll').evaluateAll((all) => all.every(({ scrollTop }) => scrollTop === 20)),
  );
  await page.getByRole('grid').nth(3).focus();
  await page.keyboard.press('ArrowDown');
  await eventually('the first reads the same cell', async () => /^Unit \d+, token \d+/.test(await spoken(page)));
});

test('a reload restores text, signal, layer, direction, order, zoom, cell and pins', async (t) => {
  const page = await open(t);
  await box(page).fill('Where is the Loch Ness monster ?');
  await eventually('it is read', async () => (await page.locator('.chips .token').count()) === 7);
  await signal(page, 'cell state').check();
  await page.getByRole('radio', { name: '1', exact: true }).check();
  await page.getByRole('radio', { name: '← backward' }).check();
  await page.getByRole('combobox', { name: 'Order' }).selectOption('peak');
  await page.getByRole('button', { name: /^Zoom in/ }).click();
  await grid(page).focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  await page.locator('gs-unit-curves').waitFor();
  const before = await readout(page);
  await page.reload();
  await page.locator('gs-unit-curves').waitFor();
  await eventually('the same cell', async () => (await readout(page)) === before);
  await becomes(() => box(page).inputValue(), 'Where is the Loch Ness monster ?');
  for (const name of ['cell state', '1', '← backward']) assert.ok(await signal(page, name).isChecked(), name);
  await becomes(() => page.getByRole('combobox', { name: 'Order' }).inputValue(), 'peak');
  await becomes(() => page.getByRole('button', { name: /^Zoom out/ }).isEnabled(), true);
});

test('where the browser lost what the page remembers, the copy of the host counts', async (t) => {
  const page = await open(t);
  await box(page).fill('Where is the Loch Ness monster ?');
  await signal(page, 'cell state').check();
  await eventually('the host has it', () =>
    page.evaluate(() => /Loch Ness.*"signal":"c"/.test(sessionStorage.getItem('gatescope-dev-kept') ?? '')),
  );
  await page.evaluate(() => sessionStorage.removeItem('gatescope-dev-inspector'));
  await page.reload();
  await eventually('the text', async () => (await box(page).inputValue()) === 'Where is the Loch Ness monster ?');
  assert.ok(await signal(page, 'cell state').isChecked());
});

test('pictures, tables and traces are exported', async (t) => {
  const page = await open(t, { state: 'gru' });
  await signal(page, 'all signals').check();
  for (const name of ['PNG picture', 'SVG picture', 'CSV table', 'safetensors', 'NumPy .npz']) {
    await page.getByText('Export', { exact: true }).click();
    await page.getByRole('button', { name }).click();
  }
  await eventually('three files', () => page.evaluate(() => window.fixture.saved.length === 3));
  const files = await page.evaluate(() => window.fixture.saved.map(({ name, data }) => ({ name, data: [...data] })));
  const byEnd = new Map(files.map(({ name, data }) => [name.slice(-3), Buffer.from(data)]));
  assert.deepEqual(byEnd.get('png')?.subarray(1, 4).toString(), 'PNG');
  const svg = byEnd.get('svg')?.toString() ?? '';
  assert.match(svg, /^<svg[\s\S]*<\/svg>\s*$/);
  assert.equal(svg.match(/<image /g)?.length, 4);
  assert.match(svg, />Hamlet</);
  const lines = (byEnd.get('csv')?.toString() ?? '').trim().split('\r\n');
  assert.equal(lines.length, 1 + 4 * 96);
  const [{ signals }] = traceLayer(
    { ...BILSTM, cell: 'gru', hiddenSize: 96, layerCount: 1, directionCount: 1 },
    TOKENS,
    0,
  );
  const row = lines.find((line) => line.startsWith('z,0,forward,7,'))!.split(',');
  assert.deepEqual(
    row.slice(4).map(Number),
    TOKENS.map((_, token) => signals.z![token * 96 + 7]),
  );
  const formats = (await callsOf(page, 'saveTrace')).map((params) => (params as { format: string }).format);
  assert.deepEqual(formats, ['safetensors', 'npz']);
});

test('a picture holds the gradient above the tokens and the marks of pinned units, and opens in a browser', async (t) => {
  const page = await open(t, { state: 'lstm' });
  await page.getByRole('checkbox', { name: 'Gradient' }).check();
  await goTo(page, 3, 2);
  await page.keyboard.press('Enter');
  await page.locator('gs-unit-curves').waitFor();
  await page.locator('.gradient-note strong').waitFor();
  for (const name of ['SVG picture', 'CSV table']) {
    await page.getByText('Export', { exact: true }).click();
    await page.getByRole('button', { name, exact: true }).click();
  }
  await eventually('two files', () => page.evaluate(() => window.fixture.saved.length === 2));
  const [svg, csv] = await page.evaluate(() => window.fixture.saved.map(({ data }) => new TextDecoder().decode(data)));
  const norms = await page.evaluate(() => [...document.querySelector<Heatmap>('gs-heatmap')!.bars!.values]);
  const target = /logit of (\S+) answers/.exec(await page.locator('.gradient-note').innerText())?.[1];
  assert.ok(Math.max(...norms) > 0);
  const [, head] = csv.split('\r\n');
  assert.deepEqual(head.split(','), [`gradient of ${target}`, '', '', '', ...norms.map(String)]);
  assert.match(svg, new RegExp(`Bars: how strongly the logit of ${target} answers`));
  assert.equal(svg.match(/<path d="M-1 /g)?.length, 1, 'one pinned unit');

  const picture = await browser.newPage();
  t.after(() => picture.close());
  const colors = await picture.evaluate(async (source) => {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    // One pixel above the line on which the bars rest, in the middle of each column.
    const line = new DOMParser().parseFromString(source, 'image/svg+xml').querySelector('g > rect[height="1"]')!;
    const [, left, top] = /translate\(([\d.]+) ([\d.]+)\)/.exec(line.parentElement!.getAttribute('transform')!)!;
    const y = Number(top) + Number(line.getAttribute('y')) - 1;
    const width = Number(line.getAttribute('width')) / 11;
    return Array.from({ length: 11 }, (_, at) => [
      ...context.getImageData(Number(left) + (at + 0.5) * width, y, 1, 1).data,
    ]);
  }, svg);
  const accent = [0, 0x78, 0xd4, 255];
  for (const [at, norm] of norms.entries()) {
    // Bars shorter than a pixel are blended with the ground.
    if (norm / Math.max(...norms) > 0.05) assert.deepEqual(colors[at], accent, `token ${at}`);
  }
});

test('probes of other epochs are shown from what was stored, without the parts of their gates', async (t) => {
  const page = await open(t);
  await page.getByRole('combobox', { name: 'Weights' }).selectOption('2');
  await eventually('the probe', async () => (await callsOf(page, 'probe')).length === 1);
  await goTo(page, 1, 1);
  await page.getByText('Only the signals of this epoch were stored').waitFor();
  await page.getByRole('combobox', { name: 'Weights' }).selectOption('0');
  await eventually('weights again', async () => !(await page.getByText('Only the signals').isVisible()));
});

test('no run, no trust, a failure and a slow answer each say what to do', async (t) => {
  const none = await open(t, { state: 'none' });
  await none.getByText('press Train above its first line').waitFor();
  const restricted = await open(t, { state: 'restricted' });
  await restricted.getByText('Restricted Mode').waitFor();
  await becomes(() => box(restricted).isDisabled(), true);
  await restricted.getByRole('combobox', { name: 'Probes of the run' }).selectOption('1');
  await eventually('the second probe', async () => (await restricted.locator('.chips .token').count()) === 9);
  assert.equal((await callsOf(restricted, 'trace')).length, 0);
  const failing = await open(t, { state: 'failing' });
  await becomes(() => failing.getByRole('alert').innerText(), /cannot be read\. Look at its permissions\./);
  const slow = await open(t, { state: 'slow' });
  await slow.getByText('Reading the text').waitFor();
});

test('texts are never read as HTML, and nothing long breaks the page', async (t) => {
  const page = await open(t, { state: 'hostile', width: 400 });
  await box(page).fill(
    `<img src=x onerror="document.title='owned'"> ${'pneumono'.repeat(60)} <script>alert(1)</script>`,
  );
  await eventually('its tokens', async () => (await page.locator('.chips .token').count()) >= 4);
  await goTo(page, 0, 3);
  await signal(page, 'all signals').check();
  await eventually('all', async () => (await page.locator('gs-heatmap').count()) === 7);
  assert.equal(await page.locator('main img').count(), 0);
  assert.notEqual(await page.title(), 'owned');
  assert.ok((await overflowOf(page)) <= 0, `the page is ${await overflowOf(page)} px too wide`);
});

test('one token, one unit in view, and none of it fails', async (t) => {
  const page = await open(t, { state: 'rnn' });
  await box(page).fill('Why');
  await eventually('one column', async () => (await grid(page).getAttribute('aria-colcount')) === '1');
  for (const order of ['similarity', 'saturation', 'peak', 'pinned', 'index']) {
    await page.getByRole('combobox', { name: 'Order' }).selectOption(order);
    await grid(page).focus();
    await page.keyboard.press('ArrowDown');
    await eventually(`a cell, by ${order}`, async () => /^Unit \d+, token 0, “Why”/.test(await spoken(page)));
  }
  await page.keyboard.press('Enter');
  await page.locator('gs-unit-curves').waitFor();
});

for (const theme of Object.keys(THEMES) as ThemeName[]) {
  test(`no accessibility violations, and nothing too wide at 400 px: ${theme}`, async (t) => {
    for (const state of ['bilstm', 'gru', 'text']) {
      const page = await open(t, { state, theme, width: 400 });
      await goTo(page, 2, 1);
      await page.keyboard.press('Enter');
      await page.locator('gs-unit-curves').waitFor();
      await page.locator('.disclosure').first().click();
      await page.getByRole('table', { name: 'Largest terms' }).waitFor();
      assert.deepEqual(await findViolations(page), []);
      assert.ok((await overflowOf(page)) <= 0, `${state} is ${await overflowOf(page)} px too wide`);
    }
  });
}
