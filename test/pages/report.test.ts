// The standalone report of a run in Chromium: offline, under its own policy, light and dark.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { renderReport } from '../../extension/node/report.ts';
import type { ReportData } from '../../extension/protocol/report.ts';
import { makeEvaluation, makeEvents, makeRun } from '../../webview/dev/fixtures.ts';
import { makeReportGates, REPORT_NETWORK, REPORT_TOKENS } from '../../webview/dev/reportFixture.ts';
import { traceLayer } from '../../webview/dev/traceNetworks.ts';
import { launchBrowser } from '../support/browser.ts';
import { becomes } from '../support/eventually.ts';

const WEBVIEW = resolve(import.meta.dirname, '../../dist/webview');
let browser: Browser;
let dir: string;
before(async () => {
  browser = await launchBrowser();
  dir = await mkdtemp(join(tmpdir(), 'gatescope-report-'));
});
after(async () => {
  await browser?.close();
  await rm(dir, { recursive: true, force: true });
});

async function writeReport(data: ReportData): Promise<string> {
  const [script, style] = await Promise.all(
    ['report.js', 'report.css'].map((name) => readFile(join(WEBVIEW, name), 'utf8')),
  );
  const path = join(dir, 'report.html');
  await writeFile(path, renderReport(data, { script, style }));
  return pathToFileURL(path).href;
}

const manifest = {
  ...makeRun('2026-11-24T10-00-00-trec', 1),
  name: `</script><script>document.title='owned'</script>`,
};
const config = { name: 'x', task: 'classification', note: '</script><img src=x>' } as unknown as ReportData['config'];

const environment: ReportData['environment'] = {
  schemaVersion: 1,
  gatescope: '1.2.3',
  node: '24.0.0',
  platform: 'linux-x64',
  backend: { requested: 'auto', used: 'native', instructions: 'avx2', reason: 'native (avx512): <b>SIGILL</b>' },
  threads: 2,
  seed: 7,
  hashes: { config: 'c', train: '0123456789abcdef', tokenizer: 't' },
  data: { train: 100, validation: 10, vocabulary: 50, skippedRows: 0, parameters: 1234 },
};

/** Seven heatmaps, of which one cell is read by keys and compared with the network that made it. */
async function readGates(page: Page): Promise<void> {
  const gates = page.getByRole('region', { name: 'Gates' });
  await becomes(() => gates.locator('gs-heatmap').count(), 7);
  await gates.getByRole('combobox', { name: 'Order' }).selectOption('index');
  await gates.getByRole('radio', { name: '← backward' }).check();
  await gates.getByRole('grid').first().focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
  await gates.locator('.cell-readout', { hasText: 'Unit 1, token 1, “is”:' }).waitFor();
  const [, backward] = traceLayer(REPORT_NETWORK, REPORT_TOKENS, 0);
  const readout = await gates.locator('.cell-readout').innerText();
  for (const name of ['f', 'c', 'h'] as const) {
    const value = backward.signals[name]![REPORT_NETWORK.hiddenSize + 1].toFixed(4).replace('-', '−');
    assert.match(readout, new RegExp(`${name} = ${value}`));
  }
  await becomes(() => gates.locator('.outcome').innerText(), /ABBR\s+66\.0 %/);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`curves, scores and mistakes show from a file, ${colorScheme}`, async () => {
    const url = await writeReport({
      manifest,
      config,
      environment,
      evaluation: makeEvaluation(['ABBR', 'DESC', 'NUM']),
      metrics: { events: makeEvents(600, 100) },
      gates: makeReportGates(),
    });
    const context = await browser.newContext({ colorScheme, locale: 'en-US', offline: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    // What Chromium says where the system has no language.
    await page.addInitScript(() =>
      Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true }),
    );
    await page.goto(url);
    await page.getByRole('img', { name: /^Loss/ }).waitFor();
    await becomes(() => page.getByRole('heading', { level: 1 }).innerText(), manifest.name);
    await becomes(() => page.getByRole('img', { name: /^Loss/ }).getAttribute('data-points'), '607');
    await becomes(() => page.getByRole('table', { name: 'Confusion matrix' }).innerText(), /ABBR/);
    await becomes(() => page.getByRole('table', { name: 'Misclassified texts' }).innerText(), /TREC\.test\.all:1/);
    await readGates(page);
    const footer = await page.locator('footer').innerText();
    assert.match(footer, /native kernels \(avx2\), 2 threads \(not used: native \(avx512\): <b>SIGILL<\/b>\), seed 7/);
    assert.notEqual(await page.title(), 'owned');
    const [text, background] = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return [color, backgroundColor].map((value) => Number(/\d+/.exec(value)?.[0]));
    });
    assert.ok(colorScheme === 'dark' ? text > background : text < background);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test('a report without gates says why', async () => {
  const whyNot = 'The run <b>failed</b> before it had weights.';
  const url = await writeReport({ manifest, config, metrics: { events: [] }, gates: { whyNot } });
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByText(`Not shown: ${whyNot}`).waitFor();
  await page.close();
});
