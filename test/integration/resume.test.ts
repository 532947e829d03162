// A run that is killed and goes on is the uninterrupted run, to the last bit: weights, optimizer, log and scores.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeSafetensors } from '../../extension/engine/io/safetensors.ts';
import { listCheckpoints } from '../../extension/store/checkpoints.ts';
import {
  CONFIG,
  jsonLines,
  makeProject,
  makeTextProject,
  type Project,
  readJson,
  runCli,
  startCli,
} from './support.ts';

/** Freezing that changes before epochs 2 and 4, rates that move, momentum of both kinds. */
const FINE_TUNING = CONFIG.replace('"epochs": 4', '"epochs": 5, "checkpoints": { "everySteps": 3, "everyEpochs": 1 }')
  .replace('"seed": 7,', '"seed": 7, "schedule": { "type": "slantedTriangular" }, "clip": { "norm": 1 },')
  .replace(
    /}\s*$/,
    `,
  "fineTune": {
    "freeze": ["embedding", "encoder.0"],
    "unfreeze": [{ "epoch": 2, "groups": ["encoder.0"] }, { "epoch": 4, "groups": ["embedding"] }],
    "discriminative": { "factor": 2.6 }
  }
}
`,
  );

interface Trained {
  dir: string;
  model: Buffer;
  last: Map<string, Buffer>;
  events: object[];
  evaluation: unknown;
}

/** All of a run that must not depend on an interruption. */
async function readTrained(dir: string): Promise<Trained> {
  const newest = (await listCheckpoints(dir)).at(-1)!;
  const files = ['model.safetensors', 'optimizer.safetensors'];
  const log = jsonLines(await readFile(join(dir, 'metrics.jsonl'), 'utf8'));
  return {
    dir,
    model: await readFile(join(dir, 'model.safetensors')),
    last: new Map(
      await Promise.all(files.map(async (name) => [name, await readFile(join(newest.dir, name))] as const)),
    ),
    // Clocks differ; what is said of a resumption is said of it alone.
    events: log.filter(({ type }) => type !== 'message').map((event) => ({ ...event, t: 0, tokensPerSecond: 0 })),
    evaluation: await readJson(join(dir, 'evaluation.json')),
  };
}

function assertSame(actual: Trained, expected: Trained): void {
  assert.ok(actual.model.equals(expected.model), 'the best weights');
  for (const [name, bytes] of expected.last) assert.ok(actual.last.get(name)!.equals(bytes), name);
  assert.deepEqual(actual.events, expected.events);
  assert.deepEqual(actual.evaluation, expected.evaluation);
}

async function trainToEnd(project: Project, ...args: string[]): Promise<Trained> {
  const { code, stdout, stderr } = await runCli(['train', ...args, '--json'], project.dir);
  assert.equal(code, 0, stderr);
  return readTrained(join(project.runsDir, jsonLines(stdout).at(-1)!.run as string));
}

/** Kills a run with SIGKILL as soon as it has told of `pattern`; its folder. */
async function killAt(project: Project, pattern: RegExp, ...args: string[]): Promise<string> {
  const running = startCli(['train', ...args, '--json'], project.dir);
  await running.saw(pattern);
  running.process.kill('SIGKILL');
  const { stdout, signal } = await running.done;
  assert.equal(signal, 'SIGKILL');
  return join(project.runsDir, jsonLines(stdout.slice(0, stdout.indexOf('\n') + 1))[0].run as string);
}

const STEPS_PER_EPOCH = 10;
const MOMENTS: [string, number][] = [
  ['before anything is unfrozen, within the first epoch', 7],
  ['just before an unfreezing', STEPS_PER_EPOCH],
  ['at an unfreezing', STEPS_PER_EPOCH + 1],
  ['after it, within an epoch', STEPS_PER_EPOCH + 5],
  ['at the start of an epoch', 2 * STEPS_PER_EPOCH + 1],
  ['before the last unfreezing', 3 * STEPS_PER_EPOCH],
  ['after the last unfreezing', 3 * STEPS_PER_EPOCH + 4],
  ['in the last epoch', 4 * STEPS_PER_EPOCH + 9],
];

test('killed at any step and resumed: the bits of the uninterrupted run', { timeout: 300_000 }, async (t) => {
  const project = await makeProject(t);
  await writeFile(project.configPath, FINE_TUNING);
  const whole = await trainToEnd(project, project.configPath);
  for (const [what, step] of MOMENTS) {
    const dir = await killAt(project, new RegExp(`"step":${step},`), project.configPath);
    const [{ name }] = (await listCheckpoints(dir)).slice(-1);
    const resumed = await trainToEnd(project, '--resume', dir);
    t.diagnostic(`${what} (step ${step}): went on from ${name}`);
    assertSame(resumed, whole);
  }
});

test('killed again and again, each time within a step or two of going on', { timeout: 300_000 }, async (t) => {
  const project = await makeProject(t);
  await writeFile(project.configPath, FINE_TUNING);
  const whole = await trainToEnd(project, project.configPath);
  const dir = await killAt(project, /"step":4,/, project.configPath);
  for (const step of [8, 12, 19, 23, 31, 36, 44]) await killAt(project, new RegExp(`"step":${step},`), '--resume', dir);
  assertSame(await trainToEnd(project, '--resume', dir), whole);
});

test('chain-thaw, in which layers freeze again with all their momentum: the same bits, and nothing is said to have been frozen', async (t) => {
  const project = await makeProject(t);
  const recipe = ', "fineTune": { "recipe": "chainThaw" } }';
  const epochs = '"epochs": 6, "checkpoints": { "everySteps": 4 }';
  await writeFile(project.configPath, CONFIG.replace('"epochs": 4', epochs).replace(/}\s*$/, recipe));
  const whole = await trainToEnd(project, project.configPath);
  for (const step of [9, 33, 52]) {
    const dir = await killAt(project, new RegExp(`"step":${step},`), project.configPath);
    assertSame(await trainToEnd(project, '--resume', dir), whole);
    assert.equal((await readJson(join(dir, 'run.json'))).frozen, undefined);
  }
});

test('stopped by Ctrl-C within an epoch and resumed: the same bits, though the stop was validated', async (t) => {
  const project = await makeProject(t);
  await writeFile(project.configPath, FINE_TUNING.replace('"everySteps": 3, ', ''));
  const whole = await trainToEnd(project, project.configPath);
  const running = startCli(['train', project.configPath, '--json'], project.dir);
  await running.saw(/"step":13,/);
  running.process.kill('SIGINT');
  const { code, stdout } = await running.done;
  assert.equal(code, 130);
  const dir = join(project.runsDir, jsonLines(stdout).at(-1)!.run as string);
  assertSame(await trainToEnd(project, '--resume', dir), whole);
});

test('an earlier checkpoint can be chosen', async (t) => {
  const project = await makeProject(t);
  await writeFile(project.configPath, FINE_TUNING);
  const whole = await trainToEnd(project, project.configPath);
  const dir = await killAt(project, /"step":38,/, project.configPath);
  const newest = (await listCheckpoints(dir)).at(-1)!;
  await writeFile(join(newest.dir, 'state.json'), '{');
  const damaged = await runCli(['train', '--resume', dir], project.dir);
  assert.equal(damaged.code, 1);
  assert.match(damaged.stderr, /checkpoint step-\d+ cannot be read.*--from NAME/);
  assertSame(await trainToEnd(project, '--resume', dir, '--from', 'epoch-001'), whole);
  const { code, stderr } = await runCli(['train', '--resume', dir, '--from', 'epoch-009'], project.dir);
  assert.equal(code, 1);
  assert.match(stderr, /no checkpoint "epoch-009".*epoch-001, epoch-002/);
});

test('a language model goes on within an epoch, with the states it carried', async (t) => {
  const project = await makeTextProject(t);
  const set = ['--set', 'training.checkpoints.everySteps=5'];
  const whole = await trainToEnd(project, project.configPath, ...set);
  const dir = await killAt(project, /"step":38,/, project.configPath, ...set);
  assert.match((await listCheckpoints(dir)).at(-1)!.name, /^step-/);
  assertSame(await trainToEnd(project, '--resume', dir), whole);
});

test('a finished language model takes more epochs', async (t) => {
  const project = await makeTextProject(t);
  const { dir } = await trainToEnd(project, project.configPath);
  const whole = await trainToEnd(project, project.configPath, '--set', 'training.epochs=4');
  assertSame(await trainToEnd(project, '--resume', dir, '--set', 'training.epochs=4'), whole);
});

test('settings that changed are shown and refused, unless they are allowed', async (t) => {
  const project = await makeProject(t);
  await writeFile(project.configPath, FINE_TUNING);
  const whole = await trainToEnd(project, project.configPath);
  const dir = await killAt(project, /"step":25,/, project.configPath);
  await writeFile(project.configPath, FINE_TUNING.replace('"norm": 1', '"norm": 2'));
  const refused = await runCli(['train', '--resume', dir], project.dir);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /training\.clip\.norm: 1 -> 2/);
  assert.match(refused.stderr, /--as-saved.*--allow-changes/);
  assertSame(await trainToEnd(project, '--resume', dir, '--as-saved'), whole);

  const other = await killAt(project, /"step":25,/, project.configPath);
  await writeFile(project.configPath, FINE_TUNING.replace('"hiddenSize": 8', '"hiddenSize": 9'));
  const fixed = await runCli(['train', '--resume', other, '--allow-changes'], project.dir);
  assert.equal(fixed.code, 1);
  assert.match(fixed.stderr, /cannot change these.*\n.*model\.encoder\.hiddenSize: 8 -> 9/);
  await writeFile(project.configPath, FINE_TUNING);
  const changed = await trainToEnd(project, '--resume', other, '--allow-changes');
  assert.equal(
    ((await readJson(join(changed.dir, 'config.json'))) as { training: { clip: { norm: number } } }).training.clip.norm,
    1,
  );
});

test('a finished run takes more epochs; one that is whole, active or has other data is refused', async (t) => {
  const project = await makeProject(t);
  const short = await trainToEnd(project, project.configPath);
  const again = await runCli(['train', '--resume', short.dir], project.dir);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /has done all its 4 epochs.*training\.epochs=8/);
  const longer = await trainToEnd(project, '--resume', short.dir, '--set', 'training.epochs=6');
  const whole = await trainToEnd(project, project.configPath, '--set', 'training.epochs=6');
  assertSame(longer, whole);

  const running = startCli(['train', project.configPath, '--json', '--set', 'training.epochs=100000'], project.dir);
  await running.saw(/"type":"epoch","t":[^}]*"epoch":2/);
  const [active] = jsonLines((await runCli(['runs', '--json'], project.dir)).stdout) as { dir: string }[];
  const busy = await runCli(['train', '--resume', active.dir], project.dir);
  running.process.kill('SIGKILL');
  await running.done;
  assert.equal(busy.code, 1);
  assert.match(busy.stderr, /is still running/);

  await writeFile(
    join(project.dir, 'train.csv'),
    `${await readFile(join(project.dir, 'train.csv'), 'utf8')}hot sun,warm\n`,
  );
  const stale = await runCli(['train', '--resume', active.dir], project.dir);
  assert.equal(stale.code, 1);
  assert.match(stale.stderr, /The train data is no longer what the run was trained on/);
});

test('what was frozen is the same to the last bit, and run.json can show it', async (t) => {
  const project = await makeProject(t);
  const frozen = CONFIG.replace(
    '"type": "adam", "learningRate": 0.02',
    '"type": "adamw", "learningRate": 0.02, "weightDecay": 0.3',
  ).replace(/}\s*$/, ', "fineTune": { "freeze": ["embedding", "*_hh_*"] } }');
  await writeFile(project.configPath, frozen);
  const { dir } = await trainToEnd(project, project.configPath);
  const manifest = (await readJson(join(dir, 'run.json'))) as {
    frozen: { parameters: string[]; before: string; after: string };
    groups: { name: string; frozen: string[]; trainable: number }[];
  };
  assert.deepEqual(manifest.frozen.parameters, [
    'embedding.weight',
    ...['', '_reverse'].flatMap((end) => [`encoder.weight_hh_l0${end}`, `encoder.bias_hh_l0${end}`]),
  ]);
  assert.match(manifest.frozen.before, /^[0-9a-f]{64}$/);
  assert.equal(manifest.frozen.after, manifest.frozen.before);
  assert.deepEqual(
    manifest.groups.map(({ name, trainable }) => [name, trainable > 0]),
    [
      ['embedding', false],
      ['encoder.0', true],
      ['head', true],
    ],
  );
  const { movement } = (await readJson(join(dir, 'evaluation.json'))) as {
    movement: { name: string; distance: number }[];
  };
  for (const { name, distance } of movement)
    assert.equal(distance === 0, manifest.frozen.parameters.includes(name), name);
  const { tensors } = decodeSafetensors(await readFile(join(dir, 'model.safetensors')));
  assert.deepEqual(
    movement.map(({ name }) => name),
    tensors.map(({ name }) => name),
  );
});

test('a run that diverges in the epoch it goes on with keeps its best weights, and can go on from where it was', async (t) => {
  const project = await makeProject(t, 400);
  const write = (rate: number) =>
    writeFile(
      project.configPath,
      CONFIG.replace(
        '"optimizer": { "type": "adam", "learningRate": 0.02 }',
        `"optimizer": { "type": "sgd", "learningRate": ${rate}, "weightDecay": 10 }`,
      ),
    );
  await write(0.01);
  const first = await runCli(['train', project.configPath, '--json', '--set', 'training.epochs=2'], project.dir);
  assert.equal(first.code, 0, first.stderr);
  const dir = join(project.runsDir, jsonLines(first.stdout).at(-1)!.run as string);
  const best = (await readJson(join(dir, 'run.json'))).best;
  const model = await readFile(join(dir, 'model.safetensors'));
  await write(100);
  const goOn = () =>
    runCli(['train', '--resume', dir, '--allow-changes', '--json', '--set', 'training.epochs=4'], project.dir);
  const diverged = await goOn();
  assert.equal(diverged.code, 1, diverged.stderr);
  assert.notEqual(diverged.stdout, '', diverged.stderr);
  const last = jsonLines(diverged.stdout).at(-1)!;
  assert.deepEqual([last.status, last.epochs], ['diverged', 2], diverged.stderr);
  assert.match(
    (last.problem as { message: string }).message,
    /not finite at step \d+; the weights of epoch \d are kept/,
  );
  assert.deepEqual((await readJson(join(dir, 'run.json'))).best, best);
  assert.ok((await readFile(join(dir, 'model.safetensors'))).equals(model), 'the best weights');
  await write(0.01);
  const again = await goOn();
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual([jsonLines(again.stdout).at(-1)!.status, jsonLines(again.stdout).at(-1)!.epochs], ['completed', 4]);
  const steps = jsonLines(await readFile(join(dir, 'metrics.jsonl'), 'utf8')).flatMap(({ type, step }) =>
    type === 'step' ? [step] : [],
  );
  assert.deepEqual(
    steps,
    Array.from({ length: 80 }, (_, at) => at + 1),
    'what came of the divergence is forgotten',
  );
});
