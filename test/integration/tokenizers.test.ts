// Tokenizers of every kind through the built command line: learned and trained with, predicted, gone on from, fine-tuned, exported; files of others.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { loadTokenizer } from '../../extension/text/tokenizer.ts';
import { jsonLines, makeProject, makeTextProject, type Project, readJson, runCli, startCli } from './support.ts';

const SUBWORDS = ['bpe', 'wordpiece', 'unigram'] as const;
const set = (value: object): string[] => ['--set', `text.tokenizer=${JSON.stringify(value)}`];

async function train(project: Project, ...args: string[]): Promise<{ dir: string; last: Record<string, unknown> }> {
  const { code, stdout, stderr } = await runCli(['train', project.configPath, '--json', ...args], project.dir);
  assert.equal(code, 0, stderr);
  const last = jsonLines(stdout).at(-1)!;
  return { dir: join(project.runsDir, last.run as string), last };
}

async function run(project: Project, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args, project.dir);
  assert.equal(code, 0, stderr);
  return stdout;
}

for (const type of SUBWORDS) {
  test(`${type}: learned from the training part, and the same ever after`, { timeout: 300_000 }, async (t) => {
    const project = await makeProject(t);
    const tokenizer = { type, maxVocabulary: 320, lowercase: true };
    const { dir, last } = await train(project, ...set(tokenizer));
    const { accuracy, loss } = last.test as Record<string, number>;
    assert.ok(accuracy > 0.9, `test accuracy ${accuracy}`);
    // A second time by itself, and once more out of the run: the very same scores.
    const again = await train(project, ...set(tokenizer));
    assert.deepEqual(again.last.test, last.test);
    assert.equal(
      await readFile(join(again.dir, 'tokenizer.json'), 'utf8'),
      await readFile(join(dir, 'tokenizer.json'), 'utf8'),
    );
    const evaluated = JSON.parse(await run(project, 'evaluate', dir, '--data', 'test.csv', '--json')) as Record<
      string,
      never
    >;
    assert.ok(JSON.stringify(evaluated).includes(String(loss)), 'the file is scored as the test data was');
    const [prediction] = jsonLines(await run(project, 'predict', dir, 'The SNOW was there', '--json'));
    const own = loadTokenizer(await readFile(join(dir, 'tokenizer.json'), 'utf8'));
    assert.deepEqual(prediction.tokens, own.encode('The SNOW was there').tokens);
    assert.equal((prediction.classes as { label: string }[])[0].label, 'cold');
  });
}

test('killed and resumed, a run with subwords has the bits of the uninterrupted one', {
  timeout: 300_000,
}, async (t) => {
  const project = await makeProject(t);
  const args = set({ type: 'unigram', maxVocabulary: 100 });
  const whole = await train(project, ...args);
  const running = startCli(['train', project.configPath, '--json', ...args], project.dir);
  await running.saw(/"step":25,/);
  running.process.kill('SIGKILL');
  const { stdout } = await running.done;
  const dir = join(project.runsDir, jsonLines(stdout.slice(0, stdout.indexOf('\n') + 1))[0].run as string);
  await run(project, 'train', '--resume', dir);
  for (const name of ['tokenizer.json', 'model.safetensors']) {
    assert.ok((await readFile(join(dir, name))).equals(await readFile(join(whole.dir, name))), name);
  }
});

test('fine-tuning: the pieces of the source stay, by default; the own ones are learned with "data"', async (t) => {
  const project = await makeProject(t);
  const tokenizer = { type: 'bpe', maxVocabulary: 300 };
  const source = await train(project, ...set(tokenizer));
  const vocabulary = async (dir: string) =>
    (await readJson(join(dir, 'tokenizer.json'))) as { model: { merges: unknown } };
  await writeFile(join(project.dir, 'train.csv'), `text,label\n${'hail and sleet,cold\nmagma,warm\n'.repeat(30)}`);
  const tuned = await train(project, ...set(tokenizer), '--set', 'fineTune={"from":"latest"}');
  assert.deepEqual(await vocabulary(tuned.dir), await vocabulary(source.dir));
  const own = await train(
    project,
    ...set(tokenizer),
    '--set',
    `fineTune={"from":${JSON.stringify(source.dir)},"vocabulary":"data"}`,
  );
  assert.notDeepEqual(await vocabulary(own.dir), await vocabulary(source.dir));
  assert.match(await readFile(join(own.dir, 'metrics.jsonl'), 'utf8'), /Vocabulary: \d{3} tokens mapped, \d+ new/);
});

test('word vectors go to the subword that begins a word', async (t) => {
  const project = await makeProject(t);
  await writeFile(
    join(project.dir, 'vectors.txt'),
    `the ${'1 '.repeat(8)}\nwinter ${'2 '.repeat(8)}\nzebra ${'3 '.repeat(8)}\n`,
  );
  const vectors = '{"size":8,"vectors":{"path":"vectors.txt"}}';
  const { dir } = await train(
    project,
    ...set({ type: 'bpe', maxVocabulary: 400 }),
    '--set',
    `model.embedding=${vectors}`,
  );
  const log = await readFile(join(dir, 'metrics.jsonl'), 'utf8');
  assert.match(log, /Word vectors: 2 of \d+ vocabulary entries/);
  const start = decodeSafetensors(await readFile(join(dir, 'start.safetensors'))).tensors;
  const own = loadTokenizer(await readFile(join(dir, 'tokenizer.json'), 'utf8'));
  const table = start.find(({ name }) => name === 'embedding.weight')!.data;
  const row = (token: string): number => table[own.id(token) * 8];
  assert.deepEqual([row('Ġthe'), row('Ġwinter')], [1, 2]);
});

test('a tokenizer that is learned alone serves a config, and is shown', async (t) => {
  const project = await makeProject(t);
  const trained = JSON.parse(
    await run(project, 'tokenizer', 'train', 'train.csv', '--model', 'wordpiece', '--vocab-size', '90', '--json'),
  ) as Record<string, unknown>;
  assert.equal(trained.texts, 200);
  const other = ['tokenizer', 'train', 'train.csv', '--vocab-size', '300'];
  const before = await readFile(join(project.dir, 'tokenizer.json'), 'utf8');
  const refused = await runCli(other, project.dir);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /tokenizer\.json is already there\. .*--force/);
  assert.equal(await readFile(join(project.dir, 'tokenizer.json'), 'utf8'), before);
  await run(project, ...other, '--force', '--out', 'other.json');
  await run(project, ...other, '--force', '--out', 'other.json');
  const { dir } = await train(project, ...set({ file: 'tokenizer.json' }));
  assert.equal(
    await readFile(join(dir, 'tokenizer.json'), 'utf8'),
    await readFile(join(project.dir, 'tokenizer.json'), 'utf8'),
  );
  for (const reference of ['tokenizer.json', dir]) {
    const [shown] = jsonLines(await run(project, 'tokenizer', 'encode', reference, 'the snowed我', '--json'));
    const tokens = shown.tokens as { token: string; isUnknown: boolean }[];
    assert.equal(tokens[0].token, 'the');
    assert.ok(tokens.some(({ token }) => token.startsWith('##')));
    assert.deepEqual(
      tokens.filter(({ isUnknown }) => isUnknown).map(({ token }) => token),
      ['[UNK]'],
    );
  }
});

test('what cannot be used as a tokenizer is an error that names the file', async (t) => {
  const project = await makeProject(t);
  await writeFile(join(project.dir, 'bad.json'), '{"model":{"type":"BPE","vocab":{"a":7},"merges":[]}}');
  const messages = [
    ['none.json', /There is no file "none\.json"/],
    ['bad.json', /bad\.json.*the id of "a" is not one of 0 to 0/],
  ] as const;
  for (const [file, message] of messages) {
    const { code, stderr } = await runCli(['train', project.configPath, ...set({ file })], project.dir);
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
  await writeFile(
    project.configPath,
    (await readFile(project.configPath, 'utf8')).replace(
      '{ "type": "word", "lowercase": true }',
      '{ "file": "bad.json" }',
    ),
  );
  const { code, stdout, stderr } = await runCli(['validate', project.configPath], project.dir);
  assert.equal(code, 1, stderr);
  assert.match(stdout + stderr, /gatescope\.json:\d+:\d+: .*tokenizer\.json cannot be read/);
});

for (const type of SUBWORDS) {
  test(`a language model of ${type} writes text`, { timeout: 300_000 }, async (t) => {
    const project = await makeTextProject(t);
    const config = (await readFile(project.configPath, 'utf8')).replace(
      '"character"',
      `"${type}", "maxVocabulary": 290`,
    );
    await writeFile(project.configPath, config);
    const { dir, last } = await train(project, '--set', 'training.epochs=8');
    const { perplexity } = last.validation as { perplexity: number };
    assert.ok(perplexity < 30, `perplexity ${perplexity}`);
    const written = await run(project, 'generate', dir, 'the king', '--length', '60');
    assert.match(written, /(sees|knows) (me|thee)\.?\s*\n/);
  });
}

test('jieba finds the words of Chinese texts, in training and after', { timeout: 300_000 }, async (t) => {
  const project = await makeProject(t);
  const rows = ['服务员态度很好,good', '酒店房间很干净,good', '早餐非常难吃,bad', '隔音效果太差了,bad'];
  await writeFile(join(project.dir, 'train.csv'), `text,label\n${`${rows.join('\n')}\n`.repeat(20)}`);
  const data = '{"train":{"path":"train.csv"},"validation":{"split":0.2}}';
  const { dir } = await train(project, ...set({ type: 'word', segmenter: 'jieba' }), '--set', `data=${data}`);
  const [prediction] = jsonLines(await run(project, 'predict', dir, '服务员太差了', '--json'));
  assert.deepEqual(prediction.tokens, ['服务员', '太差', '了']);
});
