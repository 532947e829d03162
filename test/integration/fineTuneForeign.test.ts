// Fine-tuning from files of other libraries through the built command line: every format, tokens that must be given, and imported runs.
import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { test } from 'node:test';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { type CliResult, jsonLines, makeProject, type Project, readJson, runCli } from './support.ts';

const FILES = resolve(import.meta.dirname, '../golden/weights/files');
/** Tokens of the golden models by id; three of them stand in the data of the project. */
const TOKENS = ['sun', 'zero', 'snow', 'one', 'the', 'two', 'three'];
const ALL_BUT_HEAD = ['embedding', 'encoder.*'];

const bidirectional = (type: string, layers: number) => ({ type, hiddenSize: 4, layers, bidirectional: true });
/** One file a format, and the encoder that it holds. */
const SOURCES: Readonly<Record<string, object>> = {
  'torch-lstm.pt': bidirectional('lstm', 2),
  'torch-lstm-legacy.pt': bidirectional('lstm', 2),
  'torch-lstm.safetensors': bidirectional('lstm', 2),
  'torch-gru.onnx': bidirectional('gru', 1),
  'keras-lstm.h5': { type: 'lstm', hiddenSize: 4, layers: 2 },
  'keras-gru.keras': bidirectional('gru', 1),
  tfjs: bidirectional('lstm', 1),
};

const tensorsOf = async (path: string) =>
  new Map(decodeSafetensors(await readFile(path)).tensors.map(({ name, data }) => [name, data]));

async function writeConfig(project: Project, encoder: object, fineTune: object): Promise<string> {
  const config = {
    data: { train: { path: 'train.csv' }, validation: { split: 0.2 }, test: { path: 'test.csv' } },
    model: { embedding: { size: 5 }, encoder, pooling: 'last' },
    training: { epochs: 1, batchSize: 16, seed: 3 },
    fineTune,
  };
  const path = join(project.dir, 'foreign.gatescope.json');
  await writeFile(path, JSON.stringify(config));
  await writeFile(join(project.dir, 'tokens.txt'), `${TOKENS.join('\n')}\n`);
  return path;
}

const train = (project: Project, path: string): Promise<CliResult> => runCli(['train', path, '--json'], project.dir);
const runDirOf = (project: Project, { stdout }: CliResult): string =>
  join(project.runsDir, jsonLines(stdout).at(-1)!.run as string);

/** The file as an import makes it, which other tests compare with what the libraries compute. */
async function importedTensors(project: Project, source: string) {
  const imported = await runCli(['import', source, '--vocabulary', 'tokens.txt', '--json'], project.dir);
  assert.equal(imported.code, 0, imported.stderr);
  return tensorsOf(join(jsonLines(imported.stdout)[0].run as string, 'model.safetensors'));
}

for (const [name, encoder] of Object.entries(SOURCES)) {
  test(`${name} is a start: its rows go to their words, and what is frozen stays`, async (t) => {
    const project = await makeProject(t, 60);
    const from = join(FILES, name);
    const path = await writeConfig(project, encoder, { from, tokens: 'tokens.txt', freeze: ALL_BUT_HEAD });
    const trained = await train(project, path);
    assert.equal(trained.code, 0, trained.stderr);
    const dir = runDirOf(project, trained);
    const own = await tensorsOf(join(dir, 'model.safetensors'));
    const source = await importedTensors(project, from);
    const names = [...source.keys()].filter((each) => each.startsWith('encoder.'));
    assert.ok(names.length >= 8);
    for (const each of names) assert.deepEqual(own.get(each), source.get(each), each);
    const { model } = (await readJson(join(dir, 'tokenizer.json'))) as { model: { vocab: Record<string, number> } };
    const row = (all: Map<string, Float32Array>, id: number) => all.get('embedding.weight')!.slice(id * 5, id * 5 + 5);
    for (const [at, token] of TOKENS.entries())
      assert.deepEqual(row(own, model.vocab[token]), row(source, at + 2), token);
    assert.match(trained.stdout, /Vocabulary: 9 tokens mapped, [1-9]\d* new/);
    const environment = (await readJson(join(dir, 'environment.json'))) as { hashes: Record<string, string> };
    assert.match(environment.hashes.start, /^[0-9a-f]{64}$/);
  });
}

test('a file without its tokens is refused with what to give, before anything trains; so are tokens that do not fit', async (t) => {
  const project = await makeProject(t, 60);
  const from = join(FILES, 'torch-gru.pt');
  const path = await writeConfig(project, bidirectional('gru', 1), { from });
  const silent = await runCli(['validate', path], project.dir);
  assert.equal(silent.code, 1);
  assert.match(
    silent.stdout,
    /torch-gru\.pt does not say which token is which: its embedding has 7 rows.*Give its tokens as fineTune\.tokens.*\[fineTune\.tokens\]/s,
  );
  await writeConfig(project, bidirectional('gru', 1), { from, tokens: 'tokens.txt' });
  await writeFile(join(project.dir, 'tokens.txt'), 'a\nb\n');
  const short = await runCli(['validate', path], project.dir);
  assert.match(short.stdout, /it has 2 tokens, and the model 7.*\[vocabulary\.misfit\]/s);
  await writeConfig(project, bidirectional('gru', 1), { from, tokens: 'nowhere.txt' });
  assert.match((await runCli(['validate', path], project.dir)).stdout, /There is no file "nowhere\.txt"/);
});

test('tokens may lie beside the file as tokenizer.json', async (t) => {
  const project = await makeProject(t, 60);
  await writeConfig(project, {}, {});
  const imported = await runCli(
    ['import', join(FILES, 'torch-gru.pt'), '--vocabulary', 'tokens.txt', '--json'],
    project.dir,
  );
  const dir = jsonLines(imported.stdout)[0].run as string;
  await copyFile(join(dir, 'tokenizer.json'), join(project.dir, 'tokenizer.json'));
  await copyFile(join(dir, 'model.safetensors'), join(project.dir, 'bare.safetensors'));
  const path = await writeConfig(project, bidirectional('gru', 1), { from: 'bare.safetensors' });
  const trained = await train(project, path);
  assert.equal(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /Vocabulary: 9 tokens mapped/);
});

test('what is no model of ours is refused with its reasons, what does not fit the config with the tensor; what is left out is said', async (t) => {
  const project = await makeProject(t, 60);
  const tokens = 'tokens.txt';
  const numbers = { from: join(FILES, 'numpy.npz'), tokens };
  const path = await writeConfig(project, bidirectional('gru', 1), numbers);
  const other = await runCli(['validate', path], project.dir);
  assert.equal(other.code, 1);
  assert.match(
    other.stdout,
    /do not make a model of Gatescope.*There is no LSTM, GRU or RNN in the file.*\[fineTune\.from\]/s,
  );
  await writeConfig(project, bidirectional('lstm', 1), { from: join(FILES, 'torch-gru.pt'), tokens });
  const misfit = await runCli(['validate', path], project.dir);
  assert.match(misfit.stdout, /encoder\.weight_ih_l0 is \[12, 5\], and the model's is \[16, 5\]/);
  const hidden = { from: join(FILES, 'keras-hidden.h5'), tokens };
  await writeConfig(project, { type: 'lstm', hiddenSize: 4 }, hidden);
  const partial = await train(project, path);
  assert.match(
    partial.stdout,
    /Left out of .*keras-hidden\.h5, or other than meant: There are 2 dense layers/,
    partial.stderr,
  );
});

test('an imported run is a start by its id, and so is the run that was made of it', async (t) => {
  const project = await makeProject(t, 60);
  await writeConfig(project, {}, {});
  const imported = await runCli(
    ['import', join(FILES, 'torch-lstm.pt'), '--vocabulary', 'tokens.txt', '--labels', 'a,b,c', '--json'],
    project.dir,
  );
  const id = basename(jsonLines(imported.stdout)[0].run as string);
  const encoder = bidirectional('lstm', 2);
  const first = await train(project, await writeConfig(project, encoder, { from: id, freeze: ALL_BUT_HEAD }));
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /Vocabulary: 9 tokens mapped, [1-9]\d* new/);
  assert.match(first.stdout, /They start fresh: head\.weight, head\.bias/);
  const [own, source] = await Promise.all(
    [runDirOf(project, first), join(project.runsDir, id)].map((dir) => tensorsOf(join(dir, 'model.safetensors'))),
  );
  assert.deepEqual(own.get('encoder.weight_hh_l1'), source.get('encoder.weight_hh_l1'));
  const again = await train(project, await writeConfig(project, encoder, { from: basename(runDirOf(project, first)) }));
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /Weights from .*: 19 of 19 parameters/);
});

test('an imported run without a vocabulary asks for its tokens as well', async (t) => {
  const project = await makeProject(t, 60);
  const imported = await runCli(['import', join(FILES, 'torch-gru.pt'), '--json'], project.dir);
  const from = basename(jsonLines(imported.stdout)[0].run as string);
  const encoder = bidirectional('gru', 1);
  const silent = await train(project, await writeConfig(project, encoder, { from }));
  assert.equal(silent.code, 1);
  assert.match(silent.stderr, /does not say which token is which/);
  const told = await train(project, await writeConfig(project, encoder, { from, tokens: 'tokens.txt' }));
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /Vocabulary: 9 tokens mapped/);
});
