// The main job in a real VS Code: train from the palette, watch it live, lose nothing over a reload, read the score, predict.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Frame } from 'playwright-core';
import { listRuns } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { EXAMPLE_CONFIG, makeWorkspace, type Workspace } from '../support/workspace.ts';

const PROBE = resolve(import.meta.dirname, '../fixtures/probe');
let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  // It trains until it is stopped, however fast the machine is.
  await workspace.edit('"epochs": 8', '"epochs": 5000');
  server = await startVscode({ workspace: workspace.dir, extensions: [PROBE] });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

const runs = () => listRuns(join(workspace.dir, '.gatescope', 'runs'));
const stepOf = async (page: Frame): Promise<number | undefined> => {
  const text = await page.getByRole('status', { name: 'Training progress' }).innerText();
  const step = /step ([\d,]+)/.exec(text)?.[1];
  return step === undefined ? undefined : Number(step.replaceAll(',', ''));
};
const pointsOf = async (page: Frame): Promise<number> =>
  Number(await page.getByRole('img', { name: /^Loss/ }).getAttribute('data-points'));
const linesOf = async (dir: string): Promise<string[]> =>
  (await readFile(join(dir, 'metrics.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => /"type":"(step|validation)"/.test(line));

test('activation is measured, and said in the log', async (t) => {
  await workbench.openFile(EXAMPLE_CONFIG);
  const log = await eventually('the log says how long activation took', async () => {
    const text = await server.readLog();
    return /Activated in ([\d.]+) ms/.exec(text);
  });
  t.diagnostic(log[0]);
  assert.ok(Number(log[1]) > 0, log[0]);
});

test('the line above the config offers Train, Dashboard and the number of runs', async () => {
  await eventually('the line is there', async () => {
    const text = await workbench.lenses();
    return /Train/.test(text) && /Dashboard/.test(text) && /0 runs/.test(text);
  });
});

test('training from the palette: the page moves while it runs', async () => {
  await workbench.runCommand('Gatescope: Train');
  const page = await workbench.dashboard();
  const seen: { step: number; points: number }[] = [];
  while (seen.length < 3) {
    const least = seen.at(-1) ?? { step: 0, points: 0 };
    seen.push(
      await eventually('the read-out grows', async () => {
        const [{ manifest }] = await runs();
        assert.equal(manifest.status, 'running');
        const [step, points] = [await stepOf(page), await pointsOf(page)];
        return step !== undefined && step > least.step && points > least.points ? { step, points } : undefined;
      }),
    );
  }
  await eventually('the status bar tells', async () => /poch \d|%/.test(await workbench.statusBar.innerText()));
});

/** What test/fixtures/probe writes: milliseconds. */
interface Measurement {
  wait: number[];
  refresh: number[];
  isDone: boolean;
}

test('commands answer within 50 ms while it trains', async (t) => {
  const path = join(workspace.dir, 'probe.json');
  const measured = async (): Promise<Measurement | undefined> =>
    JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Measurement;
  await actUntil(
    'the measurement has begun',
    () => workbench.runCommand('Probe: Measure Commands'),
    async () => (await measured())?.wait,
  );
  const { wait, refresh } = await eventually(
    'the measurement has ended',
    async () => {
      const now = await measured();
      if (now?.isDone) return now;
      throw new Error(`So far: ${JSON.stringify(now)}`);
    },
    120_000,
  );
  assert.equal((await runs())[0].manifest.status, 'running');
  const at = (values: readonly number[], share: number): number =>
    [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
  const describe = (values: readonly number[]): string =>
    `median ${at(values, 0.5).toFixed(1)} ms, 95 % under ${at(values, 0.95).toFixed(1)} ms, longest ${at(values, 1).toFixed(1)} ms`;
  t.diagnostic(`while it trains, a command answers after: ${describe(wait)}; Refresh after: ${describe(refresh)}`);
  assert.ok(at(wait, 0.5) < 50);
});

test('pause holds the run and resume goes on', async () => {
  await workbench.runCommand('Gatescope: Pause Run');
  await eventually('the run is paused', async () => (await runs())[0].manifest.status === 'paused');
  const page = await workbench.dashboard();
  const held = await eventually('the page says so', async () =>
    /Paused/.test(await page.locator('.run-header').innerText()) ? stepOf(page) : undefined,
  );
  await workbench.runCommand('Gatescope: Resume Run');
  await eventually('it goes on', async () => ((await stepOf(page)) ?? 0) > held);
});

test('reload and hiding in the middle of training lose no point that was measured', async () => {
  const [{ dir, manifest }] = await runs();
  assert.equal(manifest.status, 'running');
  const showsAll = async (least: number): Promise<void> => {
    await eventually('the page has all points again', async () => {
      const points = await pointsOf(await workbench.dashboard());
      return points >= least && points <= (await linesOf(dir)).length;
    });
  };
  const page = await workbench.dashboard();
  const before = (await linesOf(dir)).length;
  await workbench.runCommand('Developer: Reload Webviews');
  await eventually('the old document is gone', () => page.isDetached());
  await showsAll(before);
  await workbench.runCommand('Gatescope: Open Dashboard');
  const shown = await workbench.dashboard();
  await actUntil(
    'the page is hidden',
    async () => {
      // The file goes to the group of editors that is active, which must be the page's.
      await workbench.runCommand('Gatescope: Open Dashboard');
      await workbench.openFile('train.csv');
    },
    () => shown.isDetached(),
  );
  const hidden = (await linesOf(dir)).length;
  await eventually('it trains on', async () => (await linesOf(dir)).length > hidden);
  await workbench.runCommand('Gatescope: Open Dashboard');
  await showsAll((await linesOf(dir)).length);
  assert.equal((await runs())[0].manifest.status, 'running');
});

test('a stopped run ends with a score, a notification with actions, and every file', async () => {
  const page = await workbench.dashboard();
  await workbench.runCommand('Gatescope: Stop Run and Keep It');
  const run = await eventually(
    'the run has stopped',
    async () => {
      const [found] = await runs();
      assert.ok(['running', 'stopped'].includes(found.manifest.status), found.manifest.status);
      return found.manifest.status === 'stopped' ? found : undefined;
    },
    60_000,
  );
  assert.ok((run.manifest.test?.accuracy ?? 0) > 0.8);
  const end = await workbench.notified(/was stopped; what it has learned is kept\. Test accuracy \d/);
  await workbench.shows(end.getByText('Predict', { exact: true }));
  await eventually('the page shows the evaluation', async () =>
    /Misclassified/.test(await page.locator('gs-evaluation').innerText()),
  );
  await eventually('it shows all points', async () => (await pointsOf(page)) === (await linesOf(run.dir)).length);
  const names = new Set(await readdir(run.dir));
  for (const name of [
    'config.json',
    'environment.json',
    'evaluation.json',
    'metrics.jsonl',
    'model.safetensors',
    'run.json',
    'tokenizer.json',
  ]) {
    assert.ok(names.has(name), name);
  }
});

test('the status bar still says what computed the run', async () => {
  const { page, statusBar } = workbench;
  const said =
    /Last run:[\s\S]*Computed with (native|WebAssembly) kernels \(\S+\), \d+ threads?\.[\s\S]*Engine Information/;
  await actUntil(
    'its tooltip shows',
    async () => {
      await page.mouse.move(600, 300);
      await statusBar.locator('.statusbar-item[id*="gatescope.training"]').first().hover();
    },
    async () => {
      const text = (await page.locator('.monaco-hover:visible').allInnerTexts()).join('\n');
      return said.test(text.replaceAll('\u00a0', ' '));
    },
  );
  await page.mouse.move(600, 300);
});

test('Show Engine Information opens a document that says what computes', async () => {
  await workbench.runCommand('Gatescope: Show Engine Information');
  await eventually('the facts show', async () => {
    const text = await workbench.editorText().catch(() => '');
    return /Computes with \S+ kernels \(\S+\), \d+ thread/.test(text) && /roofline [\d.]+ GF\/s/.test(text);
  });
  await workbench.runCommand('Gatescope: Open Dashboard');
});

test('the page predicts what is typed', async () => {
  const page = await workbench.dashboard();
  const first = page.getByRole('table', { name: 'Class probabilities' }).locator('tr').first();
  await actUntil(
    'the prediction shows',
    () => page.getByRole('textbox', { name: 'A text to classify' }).fill('Wherefore art thou so pale, my lord?'),
    async () => /^early-modern\s+\d/.test(await first.innerText()),
  );
});

test('Predict takes a typed text and lists class probabilities', async () => {
  await workbench.runCommand('Gatescope: Predict');
  const { quickInput } = workbench;
  await quickInput.type(/A text to classify/, 'I will call you on the phone tomorrow.');
  const first = quickInput.row('%');
  await eventually('probabilities show', async () => /^modern[\s\S]*\d+(\.\d)? ?%/.test(await first.innerText()));
  await quickInput.dismiss();
});

test('after a reload of the whole window the run is there with all of its points', async () => {
  await workbench.reload();
  await workbench.runCommand('Gatescope: Open Dashboard');
  const page = await workbench.dashboard();
  const [{ dir }] = await runs();
  const lines = (await linesOf(dir)).length;
  await eventually('all points are there', async () => (await pointsOf(page)) === lines);
  await workbench.openFile(EXAMPLE_CONFIG);
  await eventually('the config counts its run', async () => /1 run/.test(await workbench.lenses()));
  assert.deepEqual(workbench.violations, []);
});

test('the example trains to its end from the palette', async () => {
  await workspace.edit('"epochs": 5000', '"epochs": 8');
  await workbench.openFile(EXAMPLE_CONFIG);
  await workbench.runCommand('Gatescope: Train');
  const run = await eventually(
    'a run has completed',
    async () => (await runs()).find(({ manifest }) => manifest.status === 'completed'),
    120_000,
  );
  assert.ok((run.manifest.test?.accuracy ?? 0) > 0.8);
  await workbench.notified(/is trained\. Test accuracy \d/);
});
