// Measures datasets of a size that hurts in a real VS Code: import of a generated CSV of 1 GB with progress and cancel, its dataset page, rows
// from all over it, and search. `npm run package -- -o out/gatescope.vsix`, then `node scripts/datasetAtScale.ts [bytes]`; prints figures.
// Memory is the resident memory of the extension host, whose threads are the engine's, over what it had with a dataset of four rows open.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Frame } from 'playwright-core';
import { writeCsv } from '../test/data/largeCsv.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { actUntil, eventually } from '../test/support/eventually.ts';
import { startVscode } from '../test/support/vscodeServer.ts';
import { Workbench } from '../test/support/workbench.ts';
import { makeWorkspace } from '../test/support/workspace.ts';

const bytes = Number(process.argv[2] ?? 1_000_000_000);
const LIMIT_MS = 600_000;

declare global {
  interface Window {
    /** When it was last clicked, by the machine's clock. */
    clickedAtMs?: number;
  }
}

const workspace = await makeWorkspace();
const large = join(workspace.dir, 'large.csv');
await writeCsv(large, { bytes, words: [5, 20] });
await writeFile(join(workspace.dir, 'small.csv'), 'text,label\none two,a\nthree four,b\nfive,a\nsix,b\n');
const megabytes = (count: number): string => `${Math.round(count / 1e6)} MB`;
const { size } = await stat(large);
const server = await startVscode({ workspace: workspace.dir });
const browser = await launchBrowser();
try {
  const workbench = await openWatched(browser, server.url);
  await importBy(workbench, 'small.csv');
  await openBy(workbench, 'small');
  const host = await extensionHost();
  const baseline = await takePeak(host);
  console.log(`${megabytes(size)} of CSV; the extension host with a small dataset open: ${megabytes(baseline)}`);
  const over = async (): Promise<string> => `${megabytes((await takePeak(host)) - baseline)} over it`;
  console.log(`import cancelled within ${(await cancelImport(workbench)).toFixed(0)} ms`);
  const importS = await importBy(workbench, 'large.csv');
  console.log(`import ${importS.toFixed(1)} s, ${(size / 1e6 / importS).toFixed(0)} MB/s; ${await over()}`);
  const page = await openBy(workbench, 'large');
  await measurePage(workbench, page);
  console.log(`page, with all rows counted and looked at: ${await over()}`);
  await measureSearch(page);
  console.log(`search: ${await over()}`);
} finally {
  await browser.close();
  await server.stop();
  await workspace.remove();
}

/** A window that notes when it was clicked. */
async function openWatched(own: Browser, url: string): Promise<Workbench> {
  const workbench = await Workbench.open(own, url);
  await workbench.page.evaluate(() => {
    const note = (): void => {
      window.clickedAtMs = Date.now();
    };
    window.addEventListener('click', note, true);
  });
  return workbench;
}

/** Seconds from the choice in the menu to the question whether to write the manifest. */
async function importBy(workbench: Workbench, file: string): Promise<number> {
  await workbench.runCommand('View: Show Explorer');
  await workbench.pickFromMenu(workbench.row(file), 'Import Dataset…');
  const since = performance.now();
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await eventually('it asks whether to write', () => dialog.isVisible(), LIMIT_MS);
  const seconds = (performance.now() - since) / 1000;
  await workbench.answerDialog('Write Manifest');
  return seconds;
}

/** Milliseconds from Cancel to the end of the import, once it has said how far it is. */
async function cancelImport(workbench: Workbench): Promise<number> {
  await workbench.runCommand('View: Show Explorer');
  await workbench.pickFromMenu(workbench.row('large.csv'), 'Import Dataset…');
  const notice = workbench.page.locator('.notifications-toasts .monaco-list-row', { hasText: 'Looking at' }).first();
  const bar = notice.locator('.monaco-progress-container.discrete .progress-bit');
  const share = await eventually('it says how far it is', async () => {
    const width = await bar.evaluate((bit) => (bit as HTMLElement).style.width, undefined, { timeout: 2000 });
    return Number.parseFloat(width) >= 5 ? width : undefined;
  });
  console.log(`import says that ${share} are done`);
  const cancel = notice.getByRole('button', { name: 'Cancel' });
  const since = performance.now();
  await actUntil(
    'it is cancelled',
    () => cancel.click({ timeout: 2000 }),
    async () => !(await notice.isVisible()),
    2000,
  );
  return performance.now() - since;
}

/** Opens the page by the palette; tells how long it took from the choice of the dataset to its first rows. */
async function openBy(workbench: Workbench, name: string): Promise<Frame> {
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('Gatescope: Open Dataset');
  // With one dataset it asks nothing; the click on the command is the beginning then.
  if (name !== 'small') await workbench.quickInput.pick(/Which dataset/, name);
  const page = await workbench.dataset();
  const rowsAtMs = await page.evaluate(
    () =>
      new Promise<number>((settle) => {
        const look = (): void => {
          if (document.querySelector('.row .cell-text')?.textContent) settle(Date.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  const clickedAtMs = (await workbench.page.evaluate(() => window.clickedAtMs)) ?? Number.NaN;
  console.log(`page of ${name}: first rows ${rowsAtMs - clickedAtMs} ms after the click`);
  return page;
}

/** Rows from the middle and the end, at first while everything is still read, and again when all is known. */
async function measurePage(workbench: Workbench, page: Frame): Promise<void> {
  const since = performance.now();
  const seconds = (): string => ((performance.now() - since) / 1000).toFixed(1);
  await eventually(
    'all rows are counted',
    async () => !/Counting/.test(await page.locator('.rows-section').innerText()),
    LIMIT_MS,
  );
  console.log(`rows counted after ${seconds()} s: ${(await page.locator('.row-status').innerText()).trim()}`);
  await measureScrolling(page, 'while all rows are looked at');
  const looking = page.getByText('Looking at all rows');
  await eventually('all rows are looked at', async () => (await looking.count()) === 0, LIMIT_MS);
  console.log(`looked at all rows after ${seconds()} s`);
  await measureScrolling(page, 'when all is known');
  await workbench.page.screenshot({ path: '/tmp/authscratch/large.png' });
}

async function measureScrolling(page: Frame, when: string): Promise<void> {
  for (const [where, share] of [
    ['middle', 0.5],
    ['end', 1],
    ['start', 0],
  ] as const) {
    const milliseconds = await page.evaluate(async (to) => {
      const grid = document.querySelector('.row-grid')!;
      grid.scrollTop = to * (grid.scrollHeight - grid.clientHeight);
      const from = performance.now();
      const turn = (): Promise<number> => new Promise((settle) => requestAnimationFrame(settle));
      await turn();
      await turn();
      while (!document.querySelector('.row .cell-text') || document.querySelector('.row[aria-busy]')) await turn();
      return performance.now() - from;
    }, share);
    console.log(`${where} of the rows in ${milliseconds.toFixed(0)} ms, ${when}`);
  }
}

async function measureSearch(page: Frame): Promise<void> {
  const box = page.getByRole('searchbox', { name: 'Search texts' });
  const cancel = page.locator('gs-row-filters').getByRole('button', { name: 'Cancel', exact: true });
  const status = async (): Promise<string> => (await page.locator('.row-status').innerText()).trim();
  const search = async (text: string): Promise<void> => {
    await box.fill(text);
    await box.press('Enter');
    await cancel.waitFor();
  };
  await search('she said');
  const first = performance.now();
  await page.locator('.row .cell-text').first().waitFor();
  console.log(`search: first rows found in ${(performance.now() - first).toFixed(0)} ms`);
  const cancelAt = performance.now();
  await cancel.click();
  await cancel.waitFor({ state: 'hidden' });
  console.log(`search cancelled in ${(performance.now() - cancelAt).toFixed(0)} ms: ${await status()}`);
  await search('she said "no"');
  const from = performance.now();
  await eventually('the search has ended', async () => !(await cancel.isVisible()), LIMIT_MS);
  console.log(`search to the end in ${((performance.now() - from) / 1000).toFixed(1)} s: ${await status()}`);
}

/** The process of VS Code that runs extensions, among those that this script started. */
async function extensionHost(): Promise<number> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('--type=extensionHost') && (await isOwn(Number(name)))) return Number(name);
  }
  throw new Error('No extension host runs');
}

async function isOwn(pid: number): Promise<boolean> {
  for (let each = pid; each > 1; ) {
    if (each === process.pid) return true;
    each = Number(/^PPid:\s*(\d+)/m.exec(await readFile(`/proc/${each}/status`, 'utf8').catch(() => ''))?.[1] ?? 0);
  }
  return false;
}

/** Most resident bytes since it was asked before. */
async function takePeak(pid: number): Promise<number> {
  const peak = Number(/^VmHWM:\s*(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  await writeFile(`/proc/${pid}/clear_refs`, '5');
  return peak;
}
