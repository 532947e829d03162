// Fine-tuning through the built command line: from a run, with other words and labels, with word vectors; the plan; the search for a rate.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeSafetensors, encodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { scoresOnly } from '../../extension/node/scores.ts';
import { readProbe } from '../../extension/node/trace/traceSources.ts';
import type { Evaluation } from '../../extension/schema/run.ts';
import { CONFIG, jsonLines, makeProject, type Project, readJson, runCli } from './support.ts';

const OTHER = 'text,label\n'.concat(
  ['hot sun,warm', 'hot lava today,warm', 'a chilly igloo,cold', 'snow and hail,cold']
    .map((row) => `${row}\n`)
    .join('')
    .repeat(20),
);

async function train(
  project: Project,
  configPath: string,
  ...args: string[]
): Promise<{ dir: string; stderr: string }> {
  const { code, stdout, stderr } = await runCli(['train', configPath, '--json', ...args], project.dir);
  assert.equal(code, 0, stderr);
  return { dir: join(project.runsDir, jsonLines(stdout).at(-1)!.run as string), stderr };
}

const messagesOf = async (dir: string): Promise<string> =>
  jsonLines(await readFile(join(dir, 'metrics.jsonl'), 'utf8'))
    .flatMap(({ type, text }) => (type === 'message' ? [text as string] : []))
    .join('\n');
const tensorsOf = async (path: string) =>
  new Map(decodeSafetensors(await readFile(path)).tensors.map((tensor) => [tensor.name, tensor]));
const vocabularyOf = async (dir: string): Promise<Record<string, number>> =>
  ((await readJson(join(dir, 'tokenizer.json'))) as { model: { vocab: Record<string, number> } }).model.vocab;

/** A second config beside the first, on other data. */
async function writeTuning(project: Project, fineTune: object): Promise<string> {
  await writeFile(join(project.dir, 'other.csv'), OTHER);
  const config = JSON.parse(CONFIG.replace(/\/\/.*/, '')) as Record<string, unknown>;
  const path = join(project.dir, 'tuned.gatescope.json');
  const data = { train: { path: 'other.csv' }, validation: { split: 0.2 } };
  await writeFile(path, JSON.stringify({ ...config, data, fineTune }));
  return path;
}

test('a run goes on from another: rows by token, new words from the mean row, counts said, the frozen embedding as it was', async (t) => {
  const project = await makeProject(t);
  const source = await train(project, project.configPath);
  const path = await writeTuning(project, { from: 'latest', freeze: ['embedding'] });
  const tuned = await train(project, path);
  const [old, own] = [await vocabularyOf(source.dir), await vocabularyOf(tuned.dir)];
  const added = ['hot', 'chilly', 'hail'];
  assert.deepEqual(Object.keys(own).sort(), [...Object.keys(old), ...added].sort());
  const log = await messagesOf(tuned.dir);
  assert.match(log, new RegExp(`Vocabulary: ${Object.keys(old).length} tokens mapped, 3 new .*, 0 dropped`));
  assert.match(log, /Weights from .*: 11 of 11 parameters/);
  assert.match(log, /embedding: .* numbers frozen \(embedding\.weight\)/);
  const before = (await tensorsOf(join(source.dir, 'model.safetensors'))).get('embedding.weight')!;
  const after = (await tensorsOf(join(tuned.dir, 'model.safetensors'))).get('embedding.weight')!;
  const [width, row] = [8, (tensor: typeof before, id: number) => tensor.data.slice(id * 8, (id + 1) * 8)];
  for (const [token, id] of Object.entries(old)) assert.deepEqual(row(after, own[token]), row(before, id), token);
  const mean = Array.from({ length: width }, (_, at) => {
    const column = before.data.filter((_value, index) => index % width === at && index >= width);
    return column.reduce((sum, value) => sum + value, 0) / column.length;
  });
  for (const token of added)
    for (const [at, value] of row(after, own[token]).entries()) assert.ok(Math.abs(value - mean[at]) < 1e-6);
  const manifest = (await readJson(join(tuned.dir, 'run.json'))) as Record<string, unknown>;
  assert.match(manifest.startedFrom as string, /^\.gatescope\/runs\//);
  const environment = (await readJson(join(tuned.dir, 'environment.json'))) as { hashes: Record<string, string> };
  assert.match(environment.hashes.start, /^[0-9a-f]{64}$/);

  const again = await runCli(['evaluate', tuned.dir], project.dir);
  assert.equal(again.code, 0, again.stderr);
});

test('the vocabulary may be that of the data or of the source alone; a checkpoint and a file of weights are sources too', async (t) => {
  const project = await makeProject(t);
  const source = await train(project, project.configPath);
  const old = await vocabularyOf(source.dir);
  const ofData = await train(project, await writeTuning(project, { from: 'latest', vocabulary: 'data' }));
  assert.ok(Object.keys(await vocabularyOf(ofData.dir)).length < 20);
  assert.match(await messagesOf(ofData.dir), /[1-9]\d* dropped/);
  const checkpoint = join(source.dir, 'checkpoints', 'epoch-004');
  const ofSource = await train(project, await writeTuning(project, { from: checkpoint, vocabulary: 'source' }));
  assert.deepEqual(await vocabularyOf(ofSource.dir), old);
  const file = await train(
    project,
    await writeTuning(project, { from: join(source.dir, 'model.safetensors'), vocabulary: 'source' }),
  );
  assert.deepEqual(await vocabularyOf(file.dir), old);
});

test('what does not fit is an error at its place, for validate as for train', async (t) => {
  const project = await makeProject(t);
  await train(project, project.configPath, '--set', 'training.epochs=1');
  const wide = await writeTuning(project, { from: 'latest' });
  await writeFile(wide, (await readFile(wide, 'utf8')).replace('"hiddenSize":8', '"hiddenSize":9'));
  const validated = await runCli(['validate', wide], project.dir);
  assert.equal(validated.code, 1);
  assert.match(
    validated.stdout,
    /encoder\.weight_ih_l0 is \[32, 8\], and the model's is \[36, 8\].*\[fineTune\.mismatch\]/,
  );
  const missing = await runCli(['validate', await writeTuning(project, { from: 'nowhere' })], project.dir);
  assert.match(missing.stdout, /There is no file, folder or run "nowhere".*\[fineTune\.from\]/);
  const misspelled = await runCli(['validate', await writeTuning(project, { freeze: ['encoder.O'] })], project.dir);
  assert.match(misspelled.stdout, /matches nothing.*Did you mean "encoder\.0"\?.*\[fineTune\.noMatch\]/);
});

test('word vectors start the rows of known words; coverage is said; another size is refused with what to set', async (t) => {
  const project = await makeProject(t);
  await writeFile(
    join(project.dir, 'vectors.txt'),
    ['sun', 'snow', 'elsewhere'].map((word, at) => `${word} ${new Array(8).fill(at + 1).join(' ')}\n`).join(''),
  );
  const set = ['--set', 'model.embedding.vectors={"path":"vectors.txt"}'];
  const frozen = ['--set', 'fineTune={"freeze":["embedding"]}', '--set', 'training.epochs=1'];
  const { dir } = await train(project, project.configPath, ...set, ...frozen);
  const ids = await vocabularyOf(dir);
  const { data } = (await tensorsOf(join(dir, 'model.safetensors'))).get('embedding.weight')!;
  assert.deepEqual([...data.slice(ids.sun * 8, ids.sun * 8 + 8)], new Array(8).fill(1));
  assert.deepEqual([...data.slice(ids.snow * 8, ids.snow * 8 + 8)], new Array(8).fill(2));
  assert.match(
    await messagesOf(dir),
    /Word vectors: 2 of \d+ vocabulary entries \(\d+\.\d %\), \d+\.\d % of the training tokens; the file has 3 words/,
  );
  const other = await runCli(['train', project.configPath, ...set, '--set', 'model.embedding.size=9'], project.dir);
  assert.equal(other.code, 1);
  assert.match(
    other.stderr,
    /vectors\.txt: The word vectors have 8 numbers each, and the embedding has 9\. Set model\.embedding\.size to 8/,
  );
});

test('word vectors may be a table of safetensors with the words in a list', async (t) => {
  const project = await makeProject(t);
  const words = ['snow', 'elsewhere', 'sun'];
  const data = Float32Array.from({ length: words.length * 8 }, (_, at) => at + 0.5);
  await writeFile(join(project.dir, 'table.safetensors'), encodeSafetensors([{ name: 'w', shape: [3, 8], data }]));
  const train = (vectors: object) =>
    runCli(
      ['train', project.configPath, '--json', '--set', `model.embedding.vectors=${JSON.stringify(vectors)}`].concat([
        '--set',
        'fineTune={"freeze":["embedding"]}',
        '--set',
        'training.epochs=1',
      ]),
      project.dir,
    );
  const silent = await train({ path: 'table.safetensors' });
  assert.equal(silent.code, 1);
  assert.match(silent.stderr, /table\.safetensors: It has 3 rows.*model\.embedding\.vectors\.tokens/);
  await writeFile(join(project.dir, 'words.json'), JSON.stringify(words));
  const { code, stdout, stderr } = await train({ path: 'table.safetensors', tokens: 'words.json' });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Word vectors: 2 of \d+ vocabulary entries .* the file has 3 words/);
  const dir = join(project.runsDir, jsonLines(stdout).at(-1)!.run as string);
  const ids = await vocabularyOf(dir);
  const table = (await tensorsOf(join(dir, 'model.safetensors'))).get('embedding.weight')!;
  for (const [word, row] of [
    ['snow', 0],
    ['sun', 2],
  ] as const)
    assert.deepEqual(table.data.slice(ids[word] * 8, ids[word] * 8 + 8), data.slice(row * 8, row * 8 + 8));
});

test('old scores stand beside the new, and gates of the probes are compared with the start', async (t) => {
  const project = await makeProject(t);
  const source = await train(project, project.configPath, '--set', 'training.epochs=1');
  const probes = ['--set', 'probes=["the sun was near the house","snow and ice"]'];
  const from = ['--set', 'fineTune={"from":"latest","vocabulary":"source","freeze":["encoder.0"]}'];
  const { dir } = await train(project, project.configPath, ...probes, ...from);
  const [old, own] = (await Promise.all(
    [source.dir, dir].map((each) => readJson(join(each, 'evaluation.json'))),
  )) as unknown as Evaluation[];
  // The data are the same, and so are the weights: what the source reached in the end is what this run began with.
  assert.deepEqual(own.start?.validation, scoresOnly(old.validation));
  assert.deepEqual(own.start?.test, scoresOnly(old.test!));
  assert.equal(old.start, undefined);
  assert.equal(old.drift, undefined);
  const { from: first, to, probes: count, layers } = own.drift!;
  assert.deepEqual([first, to, count, layers.length], [0, 4, 2, 1]);
  for (const [signal, change] of Object.entries(layers[0])) {
    const traces = await Promise.all(
      [0, 1].map((probe) => Promise.all([0, 4].map((epoch) => readProbe({ runDir: dir, probe, epoch })))),
    );
    const changes = traces.flatMap(([before, after]) =>
      before.layers[0].flatMap(({ signals }, direction) => {
        const now = after.layers[0][direction].signals as Record<string, Float32Array>;
        return [...(signals as Record<string, Float32Array>)[signal]].map((value, at) =>
          Math.abs(now[signal][at] - value),
        );
      }),
    );
    assert.ok(change > 0, 'a frozen layer reads other vectors');
    assert.ok(Math.abs(changes.reduce((sum, one) => sum + one, 0) / changes.length - change) < 1e-9, signal);
  }
  const shown = await runCli(['runs', 'show', dir], project.dir);
  assert.match(shown.stdout, /^validation at start +40 /m);
  assert.match(
    shown.stdout,
    /^Mean absolute change on 2 probes, epoch 0 to 4:\nlayer +i +f +g +o +c +tanh c +h\nencoder\.0 +0\.\d/m,
  );
  assert.match(shown.stdout, /^encoder\.weight_ih_l0 .* 0 % *$/m);
});

test('with all but the head frozen no gate changes; a head that starts fresh has no old score', async (t) => {
  const project = await makeProject(t);
  await train(project, project.configPath, '--set', 'training.epochs=1');
  const path = await writeTuning(project, { from: 'latest', vocabulary: 'source', freeze: ['embedding', 'encoder.0'] });
  await writeFile(join(project.dir, 'other.csv'), OTHER.replaceAll('warm', 'heat'));
  const { dir } = await train(project, path, '--set', 'probes=["sun"]');
  const { start, drift } = (await readJson(join(dir, 'evaluation.json'))) as unknown as Evaluation;
  assert.equal(start, undefined);
  assert.ok(Object.values(drift!.layers[0]).every((change) => change === 0));
});

test('plan shows the groups, and the rate of each over the run before it starts', async (t) => {
  const project = await makeProject(t);
  await writeFile(project.configPath, CONFIG.replace(/}\s*$/, ', "fineTune": { "recipe": "ulmfit" } }'));
  const { code, stdout } = await runCli(['plan', project.configPath], project.dir);
  assert.equal(code, 0);
  assert.match(stdout, /^embedding +[\d,]+ +0 +frozen +embedding\.weight$/m);
  assert.match(stdout, /^head +34 +34 +0\.02 +head\.weight, head\.bias$/m);
  assert.match(stdout, /^epoch +embedding +encoder\.0 +head$/m);
  assert.match(stdout, /^ *1 +frozen +frozen +0\.000625 … /m);
  const [plan] = jsonLines((await runCli(['plan', project.configPath, '--json'], project.dir)).stdout) as unknown as {
    rates: { steps: number[]; groups: { name: string; rates: number[] }[] };
  }[];
  const [embedding, encoder, head] = plan.rates.groups;
  assert.equal(plan.rates.steps.length, 40);
  // Four epochs of ten steps: the encoder thaws with the second, the embedding with the third, each 2.6 times slower.
  for (const [at, step] of plan.rates.steps.entries()) {
    assert.equal(encoder.rates[at] > 0, step > 10);
    assert.equal(embedding.rates[at] > 0, step > 20);
    if (step > 20) assert.ok(Math.abs(head.rates[at] / embedding.rates[at] - 2.6 ** 2) < 1e-9);
  }
  assert.ok(Math.abs(Math.max(...head.rates) - 0.02) < 1e-12);
});

test('attention on top of a run that pooled otherwise: it starts fresh, is a group of its own, and a trace shows its weights', async (t) => {
  const project = await makeProject(t);
  await train(project, project.configPath, '--set', 'training.epochs=1');
  const path = await writeTuning(project, {
    from: 'Weather',
    freeze: ['encoder.0'],
    learningRates: { attention: 0.05 },
  });
  await writeFile(path, (await readFile(path, 'utf8')).replace('"pooling":"max"', '"pooling":"attention"'));
  const planned = await runCli(['plan', path], project.dir);
  assert.equal(planned.code, 0, planned.stderr);
  assert.match(planned.stdout, /attention +16 .*0\.05/);
  const { code, stdout, stderr } = await runCli(['train', path, '--json'], project.dir);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /They start fresh: attention\.weight\./);
  const run = join(project.runsDir, jsonLines(stdout).at(-1)!.run as string);
  const { movement } = (await readJson(join(run, 'evaluation.json'))) as unknown as Evaluation;
  const moved = new Map(movement!.map(({ name, distance }) => [name, distance > 0]));
  assert.deepEqual([moved.get('attention.weight'), moved.get('encoder.weight_hh_l0')], [true, false]);
  const traced = await runCli(['trace', run, '--text', 'the hot sun', '--json'], project.dir);
  const { attention } = JSON.parse(traced.stdout) as { attention: number[] };
  assert.equal(attention.length, 3);
  assert.ok(attention.every((weight) => weight > 0 && weight < 1));
  assert.ok(Math.abs(attention.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6);
  const shown = await runCli(['trace', run, '--text', 'the hot sun'], project.dir);
  assert.match(shown.stdout, /^token .*attention/m);
});

test('lr-find draws a curve and suggests a rate, and leaves no run behind', async (t) => {
  const project = await makeProject(t);
  const { code, stdout, stderr } = await runCli(['lr-find', project.configPath], project.dir);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /learning rate\n/);
  assert.match(stdout, /Suggestion: 0\.\d+ .*--set training\.optimizer\.learningRate=/);
  const { stdout: runs } = await runCli(['runs', '--json'], project.dir);
  assert.equal(runs, '');
  const [found] = jsonLines(
    (await runCli(['lr-find', project.configPath, '--json', '--steps', '50'], project.dir)).stdout,
  ) as unknown as {
    rates: number[];
    smoothed: number[];
  }[];
  assert.equal(found.rates.length, found.smoothed.length);
  assert.ok(found.rates.length > 10 && found.rates.length <= 50);
  assert.doesNotMatch(stdout, /× rate/);
  const each = await writeTuning(project, { freeze: ['embedding'], discriminative: { factor: 4 } });
  const grouped = await runCli(['lr-find', each], project.dir);
  assert.equal(grouped.code, 0, grouped.stderr);
  const rate = Number(/Suggestion: (\S+) /.exec(grouped.stdout)?.[1]);
  const rows = [...grouped.stdout.matchAll(/^(\S+) +(frozen|[\d.]+) *([\d.e-]*)$/gm)].map(([, ...cells]) => cells);
  assert.deepEqual(
    rows.map(([name, factor]) => [name, factor]),
    [
      ['embedding', 'frozen'],
      ['encoder.0', '0.250'],
      ['head', '1.00'],
    ],
  );
  assert.ok(Math.abs(Number(rows[1][2]) / rate - 0.25) < 0.02, `${rows[1][2]} of ${rate}`);
});
