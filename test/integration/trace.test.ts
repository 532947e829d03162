// Looking inside runs with the built command line and worker: traces, probes through kills, matches with their places, and how soon answers
// come while a run trains.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import type { EngineContract } from '../../extension/protocol/engineContract.ts';
import type { Client } from '../../extension/protocol/rpc.ts';
import type { MatchHit, MatchProgress } from '../../extension/protocol/traceAnalysis.ts';
import { listRuns } from '../../extension/store/runStore.ts';
import { CancelledError, UserError } from '../../extension/util/userError.ts';
import {
  CONFIG,
  createRandom,
  jsonLines,
  makeProject,
  makeTextProject,
  type Project,
  runCli,
  startCli,
  startWorker,
} from './support.ts';

const ENGINE = { backend: 'auto', threads: 'auto' } as const;
const TEXT = 'the snow was near (so it is) sun';
const PROBES = ['the snow was near', 'fire and lava'];

const worker = (t: TestContext): Client<EngineContract> => startWorker(t, join(tmpdir(), 'no-storage'));

/** A project with probes whose config is changed in places. */
async function project(t: TestContext, ...changes: [from: string, to: string][]): Promise<Project> {
  const made = await makeProject(t);
  let config = CONFIG.replace('"training"', `"probes": ${JSON.stringify(PROBES)}, "training"`);
  for (const [from, to] of changes) {
    assert.ok(config.includes(from), from);
    config = config.replace(from, to);
  }
  await writeFile(made.configPath, config);
  return made;
}

/** Trains to the end; the run folder. */
async function train({ dir, configPath, runsDir }: Project): Promise<string> {
  const { code, stderr } = await runCli(['train', configPath], dir);
  assert.equal(code, 0, stderr);
  return (await listRuns(runsDir))[0].dir;
}

test('trace: summary, JSON and files agree with the worker; epochs that are not there are named', async (t) => {
  const place = await project(t);
  const runDir = await train(place);
  const client = worker(t);
  const trace = await client.call('trace', { runDir, text: TEXT });
  const cli = (...args: string[]) => runCli(['trace', 'latest', '--text', TEXT, ...args], place.dir);

  const summary = await cli();
  assert.equal(summary.code, 0, summary.stderr);
  assert.match(summary.stdout, /LSTM, 1 layer, both directions of 8 units/);
  assert.match(summary.stdout, /^snow +\d\.\d{4} +0\.\d{3}/m);

  const [json] = jsonLines((await cli('--json')).stdout) as unknown as {
    epoch: number;
    layers: { direction: string; signals: Record<string, number[][]> }[][];
    classes: { label: string; probability: number }[];
  }[];
  assert.equal(json.epoch, trace.epoch);
  assert.deepEqual(json.classes, trace.classes);
  for (const [at, { signals }] of json.layers[0].entries()) {
    for (const [name, rows] of Object.entries(signals)) {
      const values = trace.layers[0][at].signals[name as 'f'] as Float32Array;
      assert.deepEqual(Float32Array.from(rows.flat()), values, name);
    }
  }
  const [prediction] = await client.call('predict', { runDir, texts: [TEXT] });
  for (const { label, probability } of prediction.classes) {
    assert.equal(trace.classes?.find((one) => one.label === label)?.probability, probability);
  }

  const out = join(place.dir, 'trace.safetensors');
  assert.equal((await cli('--signals', 'c,f', '--out', out)).code, 0);
  const { tensors } = decodeSafetensors(await readFile(out));
  assert.deepEqual(tensors.map(({ name }) => name).slice(0, 4), [
    'layer0.forward.f',
    'layer0.forward.c',
    'layer0.backward.f',
    'layer0.backward.c',
  ]);
  assert.deepEqual(tensors[1].data, trace.layers[0][0].signals.c);

  const before = await client.call('trace', { runDir, text: TEXT, epoch: 0 });
  assert.equal(before.epoch, 0);
  assert.notDeepEqual(before.layers, trace.layers);
  const { epochs, best, layerCount } = await client.call('traceSources', { runDir });
  assert.equal(layerCount, trace.layerCount);
  assert.ok(epochs.includes(0) && best !== undefined && epochs.includes(best));
  const missing = await cli('--epoch', '77');
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, new RegExp(`no weights of epoch 77.*${epochs.join(', ')}`));
  for (const [args, words] of [
    [['--signals', 'r'], /no signal "r"/],
    [['--layer', '3'], /no layer 3/],
    [['--out', 'trace.txt'], /\.safetensors, \.npz, \.csv/],
  ] as const) {
    const refused = await cli(...args);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, words);
  }
});

test('gradients, connectivity, equations and statistics of a run', async (t) => {
  const runDir = await train(await project(t));
  const client = worker(t);
  const trace = await client.call('trace', { runDir, text: TEXT });
  const gradients = await client.call('gradients', { runDir, text: TEXT, target: 'cold', integratedSteps: 200 });
  assert.equal(gradients.logit, trace.classes?.[0].logit);
  assert.ok(
    Math.abs(gradients.integrated?.completenessError ?? 1) < 1e-2,
    `${gradients.integrated?.completenessError}`,
  );
  await assert.rejects(client.call('gradients', { runDir, text: TEXT, target: 'colt' }), (error) => {
    return UserError.is(error, 'gradients.noTarget') && error.remedy === 'Did you mean "cold"?';
  });
  const { norms, tokenCount } = await client.call('connectivity', { runDir, text: TEXT, layer: 0, direction: 1 });
  for (let t = 0; t < tokenCount; t++) {
    for (let s = 0; s < tokenCount; s++) assert.equal(norms[t * tokenCount + s] > 0, s >= t, `${t}, ${s}`);
  }
  const equation = await client.call('equation', { runDir, text: TEXT, layer: 0, direction: 0, token: 2, unit: 5 });
  assert.equal(equation.after.c, (trace.layers[0][0].signals.c as Float32Array)[2 * 8 + 5]);
  await assert.rejects(
    client.call('equation', { runDir, text: TEXT, layer: 0, direction: 0, token: 99, unit: 5 }),
    (error) => UserError.is(error, 'trace.noToken'),
  );
  const over = { split: 'validation', maxTexts: 25 } as const;
  const statistics = await client.call('statistics', { runDir, over });
  assert.equal(statistics.textCount, 25);
  assert.deepEqual(
    statistics.annotations.map(({ kind, label }) => label ?? kind),
    ['position', 'bracketDepth', 'insideQuotes', 'tokenLength', 'cold', 'warm'],
  );
});

test('probes are stored before training and after each epoch, and survive kills at any moment', {
  timeout: 300_000,
}, async (t) => {
  const place = await project(t, ['"epochs": 4', '"epochs": 12']);
  const client = worker(t);
  const runDir = await train(place);
  const whole = await client.call('traceSources', { runDir });
  const stored = Array.from({ length: 13 }, (_, epoch) => epoch);
  assert.deepEqual(
    whole.probes,
    PROBES.map((text) => ({ text, epochs: stored })),
  );
  const best = await client.call('trace', { runDir, text: PROBES[0] });
  const probe = await client.call('probe', { runDir, probe: 0, epoch: whole.best ?? 0 });
  const [exact, close] = [best, probe].map(({ layers }) => layers[0][0].signals.h as Float32Array);
  const bound = probe.quantisation?.maxError.h ?? 0;
  assert.ok(exact.every((value, at) => Math.abs(value - close[at]) <= bound));
  const untrained = await client.call('trace', { runDir, text: PROBES[1], epoch: 0 });
  const first = await client.call('probe', { runDir, probe: 1, epoch: 0 });
  const c = untrained.layers[0][1].signals.c as Float32Array;
  const bound0 = first.quantisation?.maxError.c ?? 0;
  assert.ok(c.every((value, at) => Math.abs(value - (first.layers[0][1].signals.c as Float32Array)[at]) <= bound0));

  const random = createRandom(7);
  let seen = 0;
  for (let kill = 0; kill < 8; kill++) {
    const running = startCli(['train', place.configPath, '--json', '--set', 'training.epochs=200'], place.dir);
    await running.saw(/"started"/);
    await new Promise((resolve) => setTimeout(resolve, 100 + random() * 900));
    running.process.kill('SIGKILL');
    await running.done;
    const killed = (await listRuns(place.runsDir))[0].dir;
    const { probes } = await client.call('traceSources', { runDir: killed });
    for (const [at, { epochs }] of probes.entries()) {
      for (const epoch of epochs) {
        const { layers } = await client.call('probe', { runDir: killed, probe: at, epoch });
        assert.ok((layers[0][0].signals.h as Float32Array).every(Number.isFinite));
        seen++;
      }
    }
  }
  assert.ok(seen > 20, `${seen} stored traces were read`);
});

test('a run with probes trains to the same weights as one without', async (t) => {
  const place = await makeProject(t);
  const weights: Buffer[] = [];
  for (const probes of ['[]', JSON.stringify(PROBES)]) {
    const { code } = await runCli(['train', place.configPath, '--set', `probes=${probes}`], place.dir);
    assert.equal(code, 0);
    weights.push(await readFile(join((await listRuns(place.runsDir))[0].dir, 'model.safetensors')));
  }
  assert.deepEqual(weights[0], weights[1]);
});

test('match finds the places in the data, with line and label; it can be cancelled', async (t) => {
  const place = await project(t);
  const runDir = await train(place);
  const span = ['--text', 'we saw ice and snow today', '--from', '2', '--to', '2', '--threshold', '0.3'];
  const { code, stdout, stderr } = await runCli(['match', 'latest', ...span, '--top', '5', '--json'], place.dir);
  assert.equal(code, 0, stderr);
  const hits = jsonLines(stdout) as unknown as MatchHit[];
  assert.equal(hits.length, 5);
  const lines = (await readFile(join(place.dir, 'train.csv'), 'utf8')).split('\n');
  for (const { path, line, label, tokens, from, position } of hits) {
    assert.equal(path, join(place.dir, 'train.csv'));
    const [text, own] = lines[line - 1].split(',');
    assert.equal(own, label);
    assert.equal(text.split(' ')[position], tokens[from]);
  }
  const table = await runCli(['match', 'latest', ...span, '--data', 'test.csv'], place.dir);
  assert.match(table.stdout, /test\.csv:\d+ +(warm|cold) +/);
  const none = await runCli(['match', 'latest', ...span.slice(0, -1), '50'], place.dir);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /No unit’s c is at least 50/);

  const client = worker(t);
  const progress: MatchProgress[] = [];
  const controller = new AbortController();
  client.on('matching', (told) => {
    progress.push(told);
    controller.abort();
  });
  const request = {
    runDir,
    requestId: 'one',
    text: 'ice',
    layer: 0,
    direction: 0,
    signal: 'c',
    from: 0,
    to: 0,
  } as const;
  const searching = client.call(
    'selectAndMatch',
    { ...request, threshold: 0.1, data: { split: 'train' } },
    { signal: controller.signal },
  );
  await searching.catch((error: unknown) => assert.ok(error instanceof CancelledError));
  assert.equal(progress[0].requestId, 'one');
});

test('a language model: what it expects next, and matches with their lines', async (t) => {
  const place = await makeTextProject(t);
  const runDir = await train(place);
  const client = worker(t);
  const { nextTokens, tokens, classes } = await client.call('trace', {
    runDir,
    text: 'the king sees thee.\n',
    topK: 2,
  });
  assert.equal(classes, undefined);
  assert.equal(nextTokens?.length, tokens.length);
  assert.ok((nextTokens?.[17].ofActual ?? 0) > 0.5, JSON.stringify(nextTokens?.[17]));
  assert.equal(nextTokens?.at(-1)?.ofActual, undefined);
  const gradients = await client.call('gradients', { runDir, text: 'the king', position: 3, target: 'q' });
  assert.deepEqual(
    [...gradients.norms].map((norm) => norm > 0),
    [true, true, true, true, false, false, false, false],
  );
  for (const split of ['train', 'validation'] as const) {
    const { hits, tokensRead } = await client.call('selectAndMatch', {
      runDir,
      requestId: split,
      text: 'the king',
      layer: 0,
      direction: 0,
      signal: 'c',
      from: 4,
      to: 5,
      threshold: 0.2,
      data: { split },
      top: 10,
    });
    assert.ok(hits.length > 0 && tokensRead > 100);
    const text = await readFile(join(place.dir, 'train.txt'), 'utf8');
    for (const { tokens: around, from, line, position } of hits) {
      const start = text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length;
      const offset = split === 'validation' ? text.length - Math.round(text.length * 0.1) : 0;
      assert.equal(text.slice(offset + position - from).startsWith(around.join('')), true);
      assert.ok(offset + position >= start && offset + position <= start + text.split('\n')[line - 1].length + 1);
    }
  }
});

test('answers come while a run trains: 40 tokens of 256 units', { timeout: 120_000 }, async (t) => {
  const place = await project(
    t,
    ['"hiddenSize": 8', '"hiddenSize": 256'],
    ['"maxLength": 20', '"maxLength": 40'],
    ['"epochs": 4', '"epochs": 1'],
  );
  const runDir = await train(place);
  const client = worker(t);
  await writeFile(
    place.configPath,
    (await readFile(place.configPath, 'utf8')).replace('"epochs": 1', '"epochs": 100000'),
  );
  const text = 'the snow was very near and '.repeat(7);
  await client.call('trace', { runDir, text });
  const training = client.call('train', { configPath: place.configPath, engine: ENGINE });
  const { runId } = await new Promise<EngineContract['events']['started']>((resolve) => client.on('started', resolve));
  await new Promise<void>((resolve) => client.on('append', () => resolve()));
  const times: number[] = [];
  for (let ask = 0; ask < 12; ask++) {
    const startedAt = performance.now();
    const { tokens } = await client.call('trace', { runDir, text: `${text}${ask}` });
    times.push(performance.now() - startedAt);
    assert.equal(tokens.length, 40);
  }
  await client.call('control', { runId, action: 'cancel' });
  assert.equal((await training).status, 'cancelled');
  times.sort((a, b) => a - b);
  t.diagnostic(`a trace while training: median ${times[6].toFixed(0)} ms, slowest ${times[11].toFixed(0)} ms`);
});
