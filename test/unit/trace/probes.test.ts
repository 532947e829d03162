// Stored probes: they come back within the documented error, their folder stays within its bounds, and hostile files are refused.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { quantisationError, quantise, restore } from '../../../extension/engine/trace/quantise.ts';
import type { RunModel } from '../../../extension/node/runModel.ts';
import { ProbeRecorder } from '../../../extension/node/trace/probeRecorder.ts';
import { traceRun } from '../../../extension/node/trace/runTrace.ts';
import { readProbe } from '../../../extension/node/trace/traceSources.ts';
import type { SignalName } from '../../../extension/protocol/trace.ts';
import type { ResolvedExperiment } from '../../../extension/schema/resolved.ts';
import { createTokenizer } from '../../../extension/text/tokenizer.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { shapeOf, type TracedCase } from './support.ts';

const tokenizer = createTokenizer({ type: 'character', lowercase: false }, ['[PAD]', '[UNK]', ...'abcdefghi ']);
const LABELS = ['x', 'y', 'z'];

interface Recorded {
  run: RunModel;
  recorder: ProbeRecorder;
  warnings: string[];
}

async function recording(
  t: TestContext,
  cell: TracedCase['cell'],
  { probes, epochs = 5, hiddenSize = 4 }: { probes: string[]; epochs?: number; hiddenSize?: number },
): Promise<Recorded> {
  const runDir = await mkdtemp(join(tmpdir(), 'gatescope-probes-'));
  t.after(() => rm(runDir, { recursive: true, force: true }));
  const shape = shapeOf(cell, { hiddenSize, layers: 2, bidirectional: true });
  const params = createParams(shape, 6);
  const scale = cell === 'rnnRelu' ? 1 : 4;
  for (const { values } of params.parameters) for (let at = 0; at < values.length; at++) values[at] *= scale;
  const experiment = {
    task: 'classification',
    text: { cleaning: [], tokenizer: { type: 'character' } },
    model: shape.model,
    training: { epochs },
    probes,
  } as unknown as ResolvedExperiment;
  const warnings: string[] = [];
  const recorder = new ProbeRecorder({
    runDir,
    experiment,
    labels: LABELS,
    tokenizer,
    warn: (text) => warnings.push(text),
    betweenProbes: async () => undefined,
  });
  return {
    run: { runDir, experiment, labels: LABELS, tokenizer, model: createModel(shape, params) },
    recorder,
    warnings,
  };
}

const PROBES = ['abc', 'hide and seek', 'z'];

for (const cell of ['lstm', 'gru', 'rnnTanh', 'rnnRelu'] as const) {
  test(`${cell}: a stored trace is the trace within the error it states`, async (t) => {
    const { run, recorder, warnings } = await recording(t, cell, { probes: PROBES });
    await recorder.record(run.model, 0);
    await recorder.record(run.model, 3);
    assert.deepEqual(warnings, []);
    for (const [probe, text] of PROBES.entries()) {
      const { quantisation, epoch, layers, ...stored } = await readProbe({ runDir: run.runDir, probe, epoch: 3 });
      const { layers: exact, epoch: _, embeddings: _e, embeddingSize: _s, ...traced } = traceRun(run, { text });
      assert.deepEqual({ ...stored, nextTokens: undefined }, { ...traced, nextTokens: undefined });
      assert.equal(epoch, 3);
      for (const [at, { signals }] of layers.flat().entries()) {
        for (const [name, values] of Object.entries(signals)) {
          const expected = exact.flat()[at].signals[name as SignalName] as Float32Array;
          const bound = quantisation?.maxError[name as SignalName] ?? 0;
          assert.ok(bound > 0 && bound < 1e-3, `${name}: ${bound}`);
          const worst = Math.max(...values.map((value, n) => Math.abs(value - expected[n])));
          assert.ok(worst <= bound, `${name} of ${text}: ${worst} is above ${bound}`);
        }
      }
    }
    const [own] = (await readProbe({ runDir: run.runDir, probe: 1, epoch: 0, layers: [1], signals: ['h'] })).layers;
    assert.deepEqual(
      own.map(({ layer, signals }) => [layer, Object.keys(signals)]),
      [
        [1, ['h']],
        [1, ['h']],
      ],
    );
  });
}

test('16 bits: ends are kept, all else is within half a step', () => {
  for (const range of [
    [0, 1],
    [-1, 1],
    [-37.5, 37.5],
  ] as const) {
    const values = Float32Array.from({ length: 4001 }, (_, at) => range[0] + (at / 4000) * (range[1] - range[0]));
    const back = restore(quantise(values, range), range);
    assert.deepEqual([back[0], back[4000]], [range[0], range[1]]);
    const worst = Math.max(...back.map((value, at) => Math.abs(value - values[at])));
    assert.ok(worst <= quantisationError(range), `${worst}`);
    assert.ok(worst > quantisationError(range) / 4, 'the bound is far from what happens');
  }
  assert.deepEqual([...restore(quantise(new Float32Array(3), [0, 0]), [0, 0])], [0, 0, 0]);
});

test('many epochs are stored in strides, and the last; the folder stays below its bound', async (t) => {
  const long = 'abcdefghi '.repeat(20);
  const { run, recorder, warnings } = await recording(t, 'lstm', { probes: [long], epochs: 400, hiddenSize: 64 });
  assert.match(warnings.join(), /every 4 epochs/);
  for (const epoch of [0, 1, 2, 3, 4, 8, 399, 400]) await recorder.record(run.model, epoch);
  const names = (await readdir(join(run.runDir, 'probes'))).filter((name) => name.startsWith('epoch')).sort();
  assert.deepEqual(names, [
    'epoch-000.safetensors',
    'epoch-004.safetensors',
    'epoch-008.safetensors',
    'epoch-400.safetensors',
  ]);
  const { size } = await stat(join(run.runDir, 'probes', names[0]));
  assert.ok(size * (400 / 4 + 1) < 66 * 2 ** 20, `${size} bytes an epoch`);
});

test('probes that do not fit are left out and said; long ones are cut', async (t) => {
  const long = 'abcdefghi '.repeat(100);
  const { run, recorder, warnings } = await recording(t, 'lstm', {
    probes: Array.from({ length: 8 }, (_, at) => `${at}${long}`),
    hiddenSize: 256,
  });
  assert.match(warnings[0], /first 3 of 8 probes/);
  await recorder.record(run.model, 5);
  const { tokens, truncated } = await readProbe({ runDir: run.runDir, probe: 2, epoch: 5, layers: [], signals: [] });
  assert.deepEqual([tokens.length, truncated], [256, 1001 - 256]);
});

test('weights that are not finite are not stored, and said', async (t) => {
  const { run, recorder, warnings } = await recording(t, 'gru', { probes: ['abc'] });
  run.model.params.parameters[1].values.fill(Number.NaN);
  await recorder.record(run.model, 2);
  assert.match(warnings.join(), /not finite after epoch 2/);
  await assert.rejects(readProbe({ runDir: run.runDir, probe: 0, epoch: 2 }), (error) =>
    UserError.is(error, 'probes.missing'),
  );
});

test('damaged and hostile files are refused with the place', async (t) => {
  const { run, recorder } = await recording(t, 'lstm', { probes: ['abc'] });
  await recorder.record(run.model, 1);
  const ask = () => readProbe({ runDir: run.runDir, probe: 0, epoch: 1 });
  const path = join(run.runDir, 'probes', 'epoch-001.safetensors');
  const indexPath = join(run.runDir, 'probes', 'index.json');
  const whole = await readFile(path);
  const index = await readFile(indexPath, 'utf8');
  await writeFile(path, whole.subarray(0, whole.length - 7));
  await assert.rejects(ask(), (error) => error instanceof UserError && error.place?.path === path);
  await writeFile(path, Buffer.from(whole.toString('latin1').replaceAll('forward.o', 'forward.q'), 'latin1'));
  await assert.rejects(ask(), (error) => UserError.is(error, 'probes.unreadable'));
  await writeFile(path, whole);
  assert.equal((await ask()).tokens.length, 3);
  for (const change of [
    (text: string) => text.slice(0, 50),
    (text: string) => text.replace('"layers": 2', '"layers": 1e9'),
    (text: string) => text.replace('"hiddenSize": 4', '"hiddenSize": -4'),
    (text: string) => text.replace('"isUnknown": false', '"isUnknown": "<b>"'),
  ]) {
    assert.notEqual(change(index), index);
    await writeFile(indexPath, change(index));
    await assert.rejects(ask(), (error) => UserError.is(error, 'probes.missing'));
  }
  await writeFile(indexPath, index.replace('"hiddenSize": 4', '"hiddenSize": 5'));
  await assert.rejects(ask(), (error) => UserError.is(error, 'probes.unreadable'));
});
