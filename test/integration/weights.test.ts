// Import and export with the built command line: a table, a run that predicts as the library did that made the file, and back out.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../extension/util/userError.ts';
import { jsonLines, makeProject, readJson, runCli, startCli, startWorker } from './support.ts';

const FILES = resolve(import.meta.dirname, '../golden/weights/files');
/** Tokens of the golden models: ids 0 to 6. */
const TOKENS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six'];

async function makeFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gatescope-weights-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'tokens.txt'), `${TOKENS.join('\n')}\n`);
  return dir;
}

function softmax(logits: readonly number[]): number[] {
  const exps = logits.map(Math.exp);
  const sum = exps.reduce((total, value) => total + value, 0);
  return exps.map((value) => value / sum);
}

test('a PyTorch file becomes a run that predicts as PyTorch does', async (t) => {
  const dir = await makeFolder(t);
  const file = join(FILES, 'torch-lstm.pt');
  const { code, stdout, stderr } = await runCli(
    ['import', file, '--vocabulary', 'tokens.txt', '--labels', 'a,b,c'],
    dir,
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^fc\.weight +\[3, 8\] +head\.weight +\[3, 8\] +as it is$/m);
  assert.match(stderr, /pooling "last" is assumed/);
  const run = join(dir, stdout.trim().split('\n').at(-1)!);
  const manifest = await readJson(join(run, 'run.json'));
  assert.equal(manifest.status, 'imported');
  assert.deepEqual(manifest.labels, ['a', 'b', 'c']);
  const record = await readJson(join(run, 'import.json'));
  assert.match(record.sha256 as string, /^[0-9a-f]{64}$/);

  const answers = (await readJson(join(FILES, 'torch-models.json'))) as unknown as {
    ids: number[][];
    logits: Record<string, number[][]>;
  };
  for (const [row, ids] of answers.ids.entries()) {
    const text = ids.map((id) => TOKENS[id]).join(' ');
    const [prediction] = jsonLines((await runCli(['predict', run, text, '--json'], dir)).stdout);
    const classes = prediction.classes as { label: string; probability: number }[];
    for (const [index, probability] of softmax(answers.logits.lstm[row]).entries()) {
      const mine = classes.find(({ label }) => label === 'abc'[index])!;
      assert.ok(Math.abs(mine.probability - probability) < 1e-6, text);
    }
  }
});

test('Ctrl-C while a file of weights is read ends the import, and leaves nothing behind', async (t) => {
  const dir = await makeFolder(t);
  const hook = join(dir, 'interrupt.cjs');
  await writeFile(
    hook,
    `const fs = require('node:fs/promises');
     const { open } = fs;
     fs.open = (path, ...rest) => {
       if (String(path).endsWith('torch-lstm.pt')) process.emit('SIGINT');
       return open(path, ...rest);
     };`,
  );
  const before = await readdir(dir);
  const env = { ...process.env, NODE_OPTIONS: `--require ${hook}` };
  const args = ['import', join(FILES, 'torch-lstm.pt'), '--vocabulary', 'tokens.txt', '--labels', 'a,b,c'];
  const { code, stdout } = await startCli(args, dir, env).done;
  assert.deepEqual([code, stdout], [130, '']);
  assert.deepEqual(await readdir(dir), before);
});

test('a dry run shows the table and writes nothing; what does not fit is exit code 1 with the tensor', async (t) => {
  const dir = await makeFolder(t);
  const dry = await runCli(['import', join(FILES, 'keras-hidden.h5'), '--dry-run', '--json'], dir);
  assert.equal(dry.code, 0, dry.stderr);
  const [facts] = jsonLines(dry.stdout);
  assert.match((facts.reservations as string[]).join('\n'), /dense_4/);
  assert.deepEqual(await readdir(dir), ['tokens.txt']);

  const whole = await runCli(['import', join(FILES, 'keras-hidden.h5')], dir);
  assert.equal(whole.code, 1);
  assert.match(whole.stderr, /There are 2 dense layers \("dense_4\/.*--partial/s);
  assert.deepEqual(await readdir(dir), ['tokens.txt']);

  const told = await runCli(['import', join(FILES, 'keras-hidden.h5'), '--partial'], dir);
  assert.match(told.stderr, /Left out or other than meant: There are 2 dense layers/);
  const partial = await runCli(['import', join(FILES, 'keras-hidden.h5'), '--partial', '--json'], dir);
  assert.equal(partial.code, 0, partial.stderr);
  const run = jsonLines(partial.stdout)[0].run as string;
  assert.match((await runCli(['predict', run, 'one'], dir)).stderr, /imported without a vocabulary/);
  assert.match((await runCli(['export', run, '--format', 'onnx'], dir)).stderr, /has no head/);
});

test('files that are no weights, and pickles with calls, are exit code 1 with the file’s name', async (t) => {
  const dir = await makeFolder(t);
  const cases: [string, RegExp][] = [
    ['tokens.txt', /tokens\.txt: .*none of the formats/],
    ['none.pt', /^gatescope: [^:]*none\.pt could not be read.*does not exist/],
    ['.', /it is a folder without model\.safetensors/],
    [join(FILES, 'torch-wholeModel.pt'), /torch-wholeModel\.pt: .*names torch\.nn\.modules\.linear\.Linear/],
  ];
  for (const [file, message] of cases) {
    const { code, stderr } = await runCli(['import', file], dir);
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /bug/);
  }
});

test('a trained run is exported in every format, comes back, and predicts the same', async (t) => {
  const { dir, configPath } = await makeProject(t);
  assert.equal((await runCli(['train', configPath, '--json'], dir)).code, 0);
  const text = 'the snow was near we saw ice';
  const predict = async (run: string) =>
    jsonLines((await runCli(['predict', run, text, '--json'], dir)).stdout)[0].classes;
  const expected = await predict('latest');
  for (const [format, file] of [
    ['pytorch', 'model.pt'],
    ['onnx', 'model.onnx'],
    ['keras', 'model.py'],
    ['safetensors', 'model.safetensors'],
  ]) {
    const { code, stderr, stdout } = await runCli(['export', 'latest', '-f', format, '--out', format], dir);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`^${format}/${file.replace('.', '\\.')}$`, 'm'));
    assert.match(await readFile(join(dir, format, 'tokenizer.json'), 'utf8'), /WordLevel/);
    const again = await runCli(['export', 'latest', '-f', format, '--out', format], dir);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is not empty/);
  }
  const labels = ((await readJson(join(dir, 'safetensors', 'config.json'))).labels as string[]).join(',');
  for (const [format, file] of [
    ['pytorch', 'model.pt'],
    ['onnx', 'model.onnx'],
    ['safetensors', 'model.safetensors'],
  ]) {
    const options = [
      '--vocabulary',
      join(format, 'tokenizer.json'),
      '--labels',
      labels,
      '--pooling',
      'max',
      '--lowercase',
    ];
    const imported = await runCli(['import', join(format, file), ...options, '--json'], dir);
    assert.equal(imported.code, 0, imported.stderr);
    assert.deepEqual(await predict(jsonLines(imported.stdout)[0].run as string), expected, format);
  }
});

test('the worker plans, imports and exports, and a disk’s errors are the user’s', async (t) => {
  const dir = await makeFolder(t);
  const worker = startWorker(t, dir);
  const request = { path: join(FILES, 'keras-gru.keras'), vocabulary: join(dir, 'tokens.txt') };
  const preview = await worker.call('planImport', request);
  assert.equal(preview.tensors.length, 11);
  assert.deepEqual([preview.problems, preview.reservations], [[], []]);
  const { runDir } = await worker.call('importWeights', { request, target: { folder: dir, isPartial: false } });
  const folder = join(dir, 'exported');
  const { files, losses } = await worker.call('exportRun', { runDir, format: 'onnx', folder });
  assert.deepEqual(files, await readdir(folder));
  assert.match(losses.join('\n'), /Dropout/);
  for (const path of ['none.pt', 'tokens.txt/none.pt']) {
    await assert.rejects(worker.call('planImport', { path: join(dir, path) }), (error) => UserError.is(error, 'disk'));
  }
  await assert.rejects(worker.call('planImport', { ...request, vocabulary: join(dir, 'none.txt') }), (error) =>
    UserError.is(error, 'disk'),
  );
  await assert.rejects(
    worker.call('exportRun', { runDir, format: 'onnx', folder: join(dir, 'tokens.txt', 'x') }),
    (error) => UserError.is(error, 'disk'),
  );
});
