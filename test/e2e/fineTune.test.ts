// Fine-tuning in a real VS Code: from a finished run through the palette to a frozen embedding that has moved by exactly nothing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { listRuns, readEvaluation } from '../../extension/store/runStore.ts';
import { launchBrowser } from '../support/browser.ts';
import { actUntil, eventually } from '../support/eventually.ts';
import { startVscode, type VscodeServer } from '../support/vscodeServer.ts';
import { Workbench } from '../support/workbench.ts';
import { EXAMPLE_CONFIG, makeWorkspace, type Workspace } from '../support/workspace.ts';

const CLI = resolve(import.meta.dirname, '../../dist/cli.cjs');
const FILES = resolve(import.meta.dirname, '../golden/weights/files');
/** The encoder that torch-lstm.pt holds. */
const TINY = {
  data: { train: { path: 'train.csv' }, validation: { split: 0.1 } },
  model: {
    embedding: { size: 5 },
    encoder: { type: 'lstm', hiddenSize: 4, layers: 2, bidirectional: true },
    pooling: 'last',
  },
  training: { epochs: 1, seed: 3 },
};
const TUNED = 'early-modern-english-fine-tuned.gatescope.json';
let workspace: Workspace;
let server: VscodeServer;
let browser: Browser;
let workbench: Workbench;

before(async () => {
  workspace = await makeWorkspace();
  await workspace.edit('"epochs": 8', '"epochs": 2');
  await promisify(execFile)(process.execPath, [CLI, 'train', workspace.configPath, '--json'], { maxBuffer: 1 << 26 });
  server = await startVscode({ workspace: workspace.dir });
  browser = await launchBrowser();
  workbench = await Workbench.open(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await workspace?.remove();
});

const runs = () => listRuns(join(workspace.dir, '.gatescope', 'runs'));

test('Fine-Tune asks what to start from, what to freeze and which data, and opens a config that is ready to train', async () => {
  await workbench.openFile(EXAMPLE_CONFIG);
  await workbench.runCommand('Gatescope: Fine-Tune…');
  const { quickInput } = workbench;
  // What to start from: the run, or a file; the groups with their sizes, the embedding ticked; the data.
  await quickInput.accept(/completed[\s\S]*Choose a file or folder…/);
  await eventually('the embedding is ticked', () => quickInput.asks(/1 Selected/));
  await quickInput.accept(/embedding[\s\S]*parameters[\s\S]*encoder\.0[\s\S]*head/);
  await quickInput.accept(/Another file…/);
  await workbench.shows(workbench.tab(TUNED));
  const text = await readFile(join(workspace.dir, TUNED), 'utf8');
  const [source] = await runs();
  assert.match(text, new RegExp(`"from": "${source.manifest.id}"`));
  assert.match(text, /"freeze": \[\s*"embedding"\s*\]/);
});

test('the line over "freeze" counts tensors and parameters', async () => {
  await eventually('the line is there', async () =>
    /Freeze: 1 tensor, [\d,]+ parameters/.test(await workbench.lenses()),
  );
});

test('the plan over the config shows the lock and the rates before anything trains', async () => {
  await workbench.runCommand('Gatescope: Show Plan');
  const page = await workbench.dashboard();
  await workbench.shows(page.getByRole('heading', { name: /^Plan of .*fine-tuned/ }));
  const row = page.getByRole('table', { name: 'Groups of parameters' }).getByRole('row').nth(1);
  await workbench.shows(row.locator('.codicon-lock'));
  await workbench.shows(page.getByRole('img', { name: /^Learning rate\. embedding: learning rate from 0 to 0/ }));
  await workbench.openFile(TUNED);
});

test('the run shows a lock, and in the end that the embedding moved by exactly 0', async () => {
  await workbench.runCommand('Gatescope: Train');
  const page = await workbench.dashboard();
  const row = page.getByRole('table', { name: 'Groups of parameters' }).getByRole('row').nth(1);
  await workbench.shows(row.locator('.codicon-lock'));
  const { dir, manifest } = await eventually(
    'the run has completed',
    async () => {
      const [latest] = await runs();
      return latest.manifest.status === 'completed' && latest.manifest.startedFrom !== undefined ? latest : undefined;
    },
    200_000,
  );
  await eventually('the page says that it did not move', async () => /\s0 %/.test(await row.innerText()));
  const movement = (await readEvaluation(dir))!.movement!;
  assert.equal(movement.find(({ name }) => name === 'embedding.weight')!.distance, 0);
  assert.ok(movement.filter(({ group }) => group !== 'embedding').every(({ distance }) => distance > 0));
  assert.equal(manifest.frozen!.after, manifest.frozen!.before);
  const embeddingOf = async (path: string): Promise<Float32Array> =>
    decodeSafetensors(await readFile(path)).tensors.find(({ name }) => name === 'embedding.weight')!.data;
  const source = (await runs()).at(-1)!;
  const [old, own] = [
    await embeddingOf(join(source.dir, 'model.safetensors')),
    await embeddingOf(join(dir, 'model.safetensors')),
  ];
  assert.deepEqual(own, old);
});

test('Freeze Layers changes the config: what is ticked is frozen', async () => {
  await workbench.openFile(TUNED);
  await workbench.runCommand('Gatescope: Freeze Layers…');
  const { quickInput } = workbench;
  const box = quickInput.row('encoder.0').getByRole('checkbox');
  await actUntil(
    'encoder.0 is ticked',
    async () => (await box.isChecked()) || quickInput.row('encoder.0').click(),
    () => box.isChecked(),
  );
  await quickInput.accept(/What is ticked stays as it is/);
  await eventually('the line counts more', async () => /Freeze: (?!1 )\d+ tensors/.test(await workbench.lenses()));
});

test('Fine-Tune starts from a file of another library too: the config has no problems, and it trains', async () => {
  await copyFile(join(FILES, 'torch-lstm.pt'), join(workspace.dir, 'lstm.pt'));
  await writeFile(join(workspace.dir, 'tokens.txt'), 'thou\nzero\nyou\none\nthe\ntwo\nthree\n');
  await writeFile(join(workspace.dir, 'tiny.gatescope.json'), JSON.stringify(TINY));
  await workbench.openFile('tiny.gatescope.json');
  await workbench.runCommand('Gatescope: Fine-Tune…');
  const { quickInput } = workbench;
  await quickInput.pick(/Which weights to start from\?/, 'Choose a file or folder…');
  await quickInput.choosePath(/^Weights to start from$/m, join(workspace.dir, 'lstm.pt'), 'Choose');
  await quickInput.choosePath(/^Its tokens: one a line/m, join(workspace.dir, 'tokens.txt'), 'Choose');
  await quickInput.accept(/What is ticked stays as it is/);
  await quickInput.accept(/Another file…/);
  const name = 'tiny-fine-tuned.gatescope.json';
  await workbench.shows(workbench.tab(name));
  const path = join(workspace.dir, name);
  assert.match(await readFile(path, 'utf8'), /"from": "lstm\.pt",\s*"tokens": "tokens\.txt"/);
  await eventually('it was read', async () => /Freeze: 1 tensor/.test(await workbench.lenses()));
  assert.deepEqual(
    (await workbench.problems()).filter((text) => /gatescope/.test(text)),
    [],
  );
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'train', path, '--json']);
  assert.match(stdout, /Vocabulary: [3-9] tokens mapped/);
  assert.deepEqual(workbench.violations, []);
});
