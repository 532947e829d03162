// A language model through the built command line: run folder, scores, text, errors, interrupts, exactness.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { jsonLines, makeProject, makeTextProject, readJson, runCli, startCli } from './support.ts';

test('a run learns to write; its folder, its text and its errors', async (t) => {
  const { dir, configPath, runsDir } = await makeTextProject(t);
  const cli = (...args: string[]) => runCli(args, dir);
  const trained = await cli('train', configPath, '--json', '--report', 'report.html');
  assert.equal(trained.code, 0, trained.stderr);
  const lines = jsonLines(trained.stdout);
  const last = lines.at(-1) as { run: string; test: Record<string, number>; validation: Record<string, number> };
  // A line has three choices of two and some 20 characters: about 0.15 bits are left to him who knows it all, 4 to chance.
  assert.ok(last.test.bitsPerCharacter < 1.5, JSON.stringify(last.test));
  assert.deepEqual(Object.keys(last.test).sort(), ['bitsPerCharacter', 'loss', 'perplexity']);
  assert.equal(lines.filter(({ type }) => type === 'sample').length, 3);
  const runDir = join(runsDir, last.run);
  const manifest = await readJson(join(runDir, 'run.json'));
  assert.equal(manifest.task, 'languageModel');
  assert.deepEqual(manifest.labels, []);
  const environment = (await readJson(join(runDir, 'environment.json'))) as { data: Record<string, number> };
  const characters = (await readFile(join(dir, 'train.txt'), 'utf8')).length;
  assert.equal(environment.data.train + environment.data.validation, characters);
  assert.equal(environment.data.validation, Math.round(characters / 10));
  const evaluation = (await readJson(join(runDir, 'evaluation.json'))) as { test: Record<string, unknown> };
  assert.equal(evaluation.test.examples, (await readFile(join(dir, 'test.txt'), 'utf8')).length - 1);
  assert.equal('confusion' in evaluation.test, false);
  const { tensors } = decodeSafetensors(await readFile(join(runDir, 'model.safetensors')));
  assert.deepEqual(
    tensors.map(({ name }) => name),
    [
      ...['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `encoder.${name}_l0`),
      'head.weight',
      'head.bias',
    ],
  );
  assert.match(await readFile(join(dir, 'report.html'), 'utf8'), /bitsPerCharacter/);

  const again = JSON.parse((await cli('evaluate', last.run, '--json')).stdout) as { test: Record<string, number> };
  assert.equal(again.test.loss, last.test.loss);
  assert.match((await cli('evaluate', last.run, '--data', 'test.txt')).stdout, /bits per character/);
  assert.match((await cli('runs')).stdout, /completed .* ppl .* ppl/);

  const write = (...args: string[]) => cli('generate', last.run, ...args);
  const text = (await write('the king ', '--length', '40', '--temperature', '0')).stdout;
  assert.match(text, /^the king (sees|knows) (me|thee)\.\n(the king|a queen) /);
  assert.equal((await write('the king ', '--length', '40', '--top-k', '1')).stdout, text);
  const [one, same, other] = [await write('--seed', '3'), await write('--seed', '3'), await write('--seed', '4')];
  assert.equal(one.stdout, same.stdout);
  assert.notEqual(one.stdout, other.stdout);
  const json = JSON.parse((await write('a', '--json', '--length', '5')).stdout) as { prompt: string; text: string };
  assert.deepEqual([json.prompt, json.text.length], ['a', 5]);

  for (const [args, message] of [
    [['generate', last.run, 'Żółw'], /not in the model’s vocabulary: "Ż", "ó", "ł".*\[generate\.unknownTokens\]/],
    [['generate', last.run, '--temperature=-1'], /--temperature needs a number of at least 0/],
    [['generate', last.run, '--top-k', '0'], /--top-k needs a whole number of at least 1/],
    [['generate', last.run, 'two', 'words'], /quotes/],
    [['generate'], /needs a run/],
    [['predict', last.run, 'text'], /is a language model: it has no classes.*\[run\.wrongTask\]/],
  ] as const) {
    const { code, stderr } = await cli(...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
  }
});

test('a classifier does not write', async (t) => {
  const project = await makeProject(t);
  const { code } = await runCli(['train', project.configPath, '--set', 'training.epochs=1'], project.dir);
  assert.equal(code, 0);
  const refused = await runCli(['generate', 'latest', 'the sun'], project.dir);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /is a classifier: it cannot write.*\[run\.wrongTask\]/);
});

test('the same seed gives the same bits; Ctrl-C stops within an epoch, evaluates and keeps the run', async (t) => {
  const { dir, configPath, runsDir } = await makeTextProject(t);
  const train = async (): Promise<Buffer> => {
    const { stdout } = await runCli(['train', configPath, '--json', '--set', 'training.epochs=1'], dir);
    return readFile(join(runsDir, jsonLines(stdout).at(-1)!.run as string, 'model.safetensors'));
  };
  assert.deepEqual(await train(), await train());
  const running = startCli(['train', configPath, '--json', '--set', 'training.epochs=100000'], dir);
  await running.saw(/"type":"sample".*"epoch":2/);
  running.process.kill('SIGINT');
  const { code, stdout } = await running.done;
  assert.equal(code, 130);
  const last = jsonLines(stdout).at(-1) as { status: string; run: string; test: { perplexity: number } };
  assert.equal(last.status, 'stopped');
  assert.ok(last.test.perplexity > 1);
  const written = await runCli(['generate', last.run, 'a queen', '--length', '10'], dir);
  assert.equal(written.code, 0, written.stderr);
});

test('a text that is too short fails with its reason', async (t) => {
  const { dir, configPath } = await makeTextProject(t);
  await writeFile(join(dir, 'train.txt'), 'abc');
  const { code, stderr } = await runCli(['train', configPath], dir);
  assert.equal(code, 1);
  assert.match(stderr, /has 0 tokens; a language model needs at least 2/);
});
