// Measures in a real VS Code how long the probabilities take from a key in the inspector's text box: an LSTM of 256 units over embeddings of
// 256, a text of 40 tokens. `node scripts/inspectorLatency.ts` after the build; prints the median and the slowest of 30 keys.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Frame } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { eventually } from '../test/support/eventually.ts';
import { startVscode } from '../test/support/vscodeServer.ts';
import { Workbench } from '../test/support/workbench.ts';
import { makeWorkspace } from '../test/support/workspace.ts';

const KEYS = 30;
const TOKENS = 40;
const SETTINGS = [
  'model.encoder.hiddenSize=256',
  'model.encoder.bidirectional=false',
  'model.embedding.size=256',
  'text.maxLength=64',
  'training.epochs=1',
];

const cli = join(resolve(import.meta.dirname, '..'), 'dist', 'cli.cjs');
const workspace = await makeWorkspace();
await promisify(execFile)(process.execPath, [
  cli,
  'train',
  workspace.configPath,
  ...SETTINGS.flatMap((setting) => ['--set', setting]),
]);
const server = await startVscode({ workspace: workspace.dir });
const browser = await launchBrowser();
try {
  const workbench = await Workbench.open(browser, server.url);
  await workbench.runCommand('Gatescope: Inspect Gates…');
  const frame = await workbench.inspector();
  const box = frame.getByRole('textbox', { name: 'A text to look at' });
  await box.fill(`${'thou art '.repeat(TOKENS / 2 - 1)}thou a`);
  await eventually('the text is read', async () => (await frame.locator('.chips .token').count()) === TOKENS);
  await box.focus();
  await workbench.page.keyboard.press('End');
  await watch(frame);
  const times: number[] = [];
  for (let key = 0; key < KEYS; key++) {
    await workbench.page.keyboard.type('abcdefghijklmnopqrstuvwxyz'[key % 26]);
    times.push(
      await eventually('the probabilities are there', () => frame.evaluate((at) => window.latencies[at], key)),
    );
  }
  times.sort((a, b) => a - b);
  console.log(`median ${times[KEYS / 2].toFixed(0)} ms, slowest ${times[KEYS - 1].toFixed(0)} ms of ${KEYS} keys`);
} finally {
  await browser.close();
  await server.stop();
  await workspace.remove();
}

declare global {
  interface Window {
    /** Of each key, from the key to the frame with its probabilities. */
    latencies: number[];
  }
}

/** Times each key from its event to the frame in which the page shows the trace of that text: tokens and probabilities come together. */
async function watch(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    window.latencies = [];
    const box = document.querySelector<HTMLTextAreaElement>('gs-input-line textarea')!;
    box.addEventListener('input', (event) => {
      const look = (): void => {
        const last = [...document.querySelectorAll('gs-input-line .chips .token')].at(-1)?.textContent;
        if (last === box.value.split(' ').at(-1)) window.latencies.push(performance.now() - event.timeStamp);
        else requestAnimationFrame(look);
      };
      look();
    });
  });
}
