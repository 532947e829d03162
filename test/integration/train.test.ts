// Training through the built command line: run folder, scores, exactness, interrupts, divergence.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { CONFIG, jsonLines, makeProject, type Project, readJson, runCli, startCli } from './support.ts';

async function trainOnce(project: Project, ...args: string[]) {
  const result = await runCli(['train', project.configPath, '--json', ...args], project.dir);
  assert.equal(result.code, 0, result.stderr);
  const lines = jsonLines(result.stdout);
  const last = lines.at(-1)!;
  return { lines, last, dir: join(project.runsDir, last.run as string) };
}

const hashOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

test('a run learns, and its folder holds every file', async (t) => {
  const project = await makeProject(t);
  const { last, lines, dir } = await trainOnce(project);
  assert.equal(last.status, 'completed');
  assert.equal(last.epochs, 4);
  const scores = last.test as { accuracy: number; loss: number };
  assert.ok(scores.accuracy > 0.95, `test accuracy ${scores.accuracy}`);
  const names = (await readdir(dir)).map((name) => name.replace(/^events\.out\.tfevents\..*/, 'tfevents')).sort();
  assert.deepEqual(names, [
    'checkpoints',
    'config.json',
    'environment.json',
    'evaluation.json',
    'metrics.jsonl',
    'model.safetensors',
    'run.json',
    'tfevents',
    'tokenizer.json',
  ]);
  const onDisk = jsonLines(await readFile(join(dir, 'metrics.jsonl'), 'utf8'));
  assert.deepEqual(lines.slice(1, -1), onDisk);
  assert.equal(onDisk.filter(({ type }) => type === 'step').length, 4 * 10);
  assert.deepEqual(
    onDisk.filter(({ type }) => type === 'validation').map(({ epoch }) => epoch),
    [0, 1, 2, 3, 4],
  );
});

test('files say what ran: labels, every default, hashes, counts', async (t) => {
  const project = await makeProject(t);
  const { dir } = await trainOnce(project, '--set', 'training.epochs=1');
  const manifest = await readJson(join(dir, 'run.json'));
  assert.deepEqual(manifest.labels, ['cold', 'warm']);
  assert.equal(manifest.config, 'weather.gatescope.json');
  const config = (await readJson(join(dir, 'config.json'))) as { training: Record<string, unknown> };
  assert.equal(config.training.epochs, 1);
  assert.deepEqual(config.training.best, { metric: 'validation.accuracy' });
  const environment = (await readJson(join(dir, 'environment.json'))) as Record<string, Record<string, unknown>>;
  assert.equal(environment.hashes.train, await hashOf(join(project.dir, 'train.csv')));
  assert.equal(environment.hashes.tokenizer, await hashOf(join(dir, 'tokenizer.json')));
  assert.deepEqual([environment.data.train, environment.data.validation, environment.data.test], [160, 40, 60]);
  const { tensors } = decodeSafetensors(await readFile(join(dir, 'model.safetensors')));
  const total = tensors.reduce((sum, { data }) => sum + data.length, 0);
  assert.equal(environment.data.parameters, total);
  assert.deepEqual(
    tensors.map(({ name }) => name),
    [
      'embedding.weight',
      ...['', '_reverse'].flatMap((end) =>
        ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0'].map((name) => `encoder.${name}${end}`),
      ),
      'head.weight',
      'head.bias',
    ],
  );
});

test('the same seed gives the same bits, another seed others', async (t) => {
  const project = await makeProject(t);
  const [first, second, other] = [
    await trainOnce(project),
    await trainOnce(project),
    await trainOnce(project, '--seed', '8'),
  ];
  const model = (dir: string): Promise<string> => hashOf(join(dir, 'model.safetensors'));
  assert.equal(await model(first.dir), await model(second.dir));
  assert.notEqual(await model(first.dir), await model(other.dir));
  const numbers = (lines: readonly Record<string, unknown>[]) =>
    lines
      .filter(({ type }) => type === 'step' || type === 'validation')
      .map(({ loss, accuracy, gradNorm }) => [loss, accuracy, gradNorm]);
  assert.deepEqual(numbers(first.lines), numbers(second.lines));
  assert.notDeepEqual(numbers(first.lines), numbers(other.lines));
  assert.deepEqual(first.last.test, second.last.test);
});

test('Ctrl-C stops, evaluates and keeps the run', async (t) => {
  const project = await makeProject(t);
  const running = startCli(['train', project.configPath, '--json', '--set', 'training.epochs=100000'], project.dir);
  await running.saw(/"type":"validation".*"epoch":2/);
  running.process.kill('SIGINT');
  const { code, stdout } = await running.done;
  assert.equal(code, 130);
  const last = jsonLines(stdout).at(-1)!;
  assert.equal(last.status, 'stopped');
  assert.ok((last.test as { accuracy: number }).accuracy >= 0);
  const dir = join(project.runsDir, last.run as string);
  assert.equal((await readJson(join(dir, 'run.json'))).status, 'stopped');
  assert.ok(decodeSafetensors(await readFile(join(dir, 'model.safetensors'))).tensors.length > 0);
});

test('the scores of a stop within an epoch stand with the step, and with no training loss', async (t) => {
  const project = await makeProject(t, 20_000);
  const running = startCli(['train', project.configPath], project.dir);
  await running.sawError(/Before training/);
  running.process.kill('SIGINT');
  const { code, stderr } = await running.done;
  assert.equal(code, 130, stderr);
  assert.doesNotMatch(stderr, /NaN/);
  assert.match(stderr, /^Epoch 1, step \d+: validation loss \d\.\d{4}, accuracy/m);
});

test('a second Ctrl-C cancels', async (t) => {
  const project = await makeProject(t, 20_000);
  const running = startCli(['train', project.configPath, '--json', '--set', 'training.epochs=100000'], project.dir);
  await running.saw(/"step":3,/);
  running.process.kill('SIGINT');
  running.process.kill('SIGINT');
  const { code, stdout } = await running.done;
  assert.equal(code, 130);
  const last = jsonLines(stdout).at(-1)!;
  // Both signals may arrive as one.
  assert.match(last.status as string, /^(cancelled|stopped)$/);
  assert.equal((await readJson(join(project.runsDir, last.run as string, 'run.json'))).status, last.status);
});

test('a loss that is not finite ends the run as diverged, with finite weights', async (t) => {
  const project = await makeProject(t);
  const { code, stdout, stderr } = await runCli(
    [
      'train',
      project.configPath,
      '--json',
      '--set',
      'training.optimizer={"type":"sgd","learningRate":100,"weightDecay":10}',
    ],
    project.dir,
  );
  const last = jsonLines(stdout).at(-1)!;
  assert.equal(last.status, 'diverged', stderr);
  assert.equal(code, 1);
  assert.match((last.problem as { message: string }).message, /step \d+/);
  const weights = decodeSafetensors(await readFile(join(project.runsDir, last.run as string, 'model.safetensors')));
  assert.ok(weights.tensors.every(({ data }) => data.every(Number.isFinite)));
});

test('data that cannot be used ends the run as failed, with place and remedy', async (t) => {
  const project = await makeProject(t);
  await writeFile(join(project.dir, 'train.csv'), 'text,label\nonly one,a\nlabel here,a\n');
  const { code, stderr } = await runCli(['train', project.configPath], project.dir);
  assert.equal(code, 1);
  assert.match(stderr, /label/i);
  assert.doesNotMatch(stderr, /bug/);
});

test('a run folder that cannot be made is the user’s to mend, not a bug', async (t) => {
  const project = await makeProject(t);
  await writeFile(join(project.dir, '.gatescope'), 'a file in its place');
  const { code, stderr } = await runCli(['train', project.configPath], project.dir);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /could not be read or written: .* \[disk\]/);
});

test('a config with an error makes no run', async (t) => {
  const project = await makeProject(t);
  await writeFile(project.configPath, CONFIG.replace('"epochs"', '"epoch"'));
  const { code, stderr } = await runCli(['train', project.configPath], project.dir);
  assert.equal(code, 1);
  assert.match(stderr, /weather\.gatescope\.json:15:17: .*epochs/);
  await assert.rejects(readdir(project.runsDir), { code: 'ENOENT' });
});
