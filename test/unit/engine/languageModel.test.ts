// Language models against PyTorch: windows with carried state, their gradients, whole training; streams, exact resume, scores.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { encodedText } from '../../../extension/data/runningText.ts';
import { createBatch } from '../../../extension/engine/layers/batch.ts';
import { createModel, loadModel } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { carryState } from '../../../extension/engine/tasks/carriedState.ts';
import {
  createLanguageModel,
  languageModelScores,
  scoreText,
  windowGradients,
} from '../../../extension/engine/tasks/languageModel.ts';
import type { CarriedState } from '../../../extension/engine/tasks/task.ts';
import { createTextStreams } from '../../../extension/engine/tasks/textStreams.ts';
import { denseGradients } from '../../../extension/engine/train/gradients.ts';
import { createTrainer } from '../../../extension/engine/train/trainer.ts';
import type { TrainerState } from '../../../extension/engine/train/trainerState.ts';
import type { ModelShape, TrainerOptions, TrainResult } from '../../../extension/engine/types.ts';
import type { ResolvedModel, ResolvedTraining } from '../../../extension/schema/resolved.ts';
import type { RunEvent } from '../../../extension/schema/run.ts';
import { createTokenizer } from '../../../extension/text/tokenizer.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { UserError } from '../../../extension/util/userError.ts';
import { assertClose, assertSameBits, modelConfig, readGolden, trainingConfig } from './support.ts';

interface GoldenCase {
  name: string;
  /** 0: one-hot. */
  size: number;
  hidden: number;
  layers: number;
  vocabulary: number;
  windows: number;
  window: number;
  streams: number;
  learningRate: number;
}

const golden = readGolden<GoldenCase>('languageModel');

/** A model that predicts at every token. */
function textModel(
  embedding: ResolvedModel['embedding'],
  encoder: Partial<ResolvedModel['encoder']>,
  dropout = 0,
): ResolvedModel {
  const { pooling: _, ...model } = modelConfig({ encoder, head: { dropout } });
  return { ...model, embedding };
}

function shapeOf({ size, hidden, layers, vocabulary }: GoldenCase): ModelShape {
  const embedding = size > 0 ? { size, dropout: 0, init: { uniform: 0.25 } } : ({ type: 'oneHot' } as const);
  const model = textModel(embedding, { hiddenSize: hidden, layers });
  return { model, vocabularySize: vocabulary, classCount: vocabulary };
}

function loadGolden(one: GoldenCase) {
  const shape = shapeOf(one);
  const names = createParams(shape, 1).parameters.map(({ name }) => name);
  const weights = names.map((name) => ({ ...golden.tensor(`${one.name}.weight.${name}`), name }));
  const text = encodedText(Uint32Array.from(golden.values(`${one.name}.text`)));
  return { shape, names, weights, text };
}

/** A vocabulary of [PAD], [UNK] and letters. */
function letters(size: number) {
  const vocabulary = ['[PAD]', '[UNK]', ...Array.from({ length: size - 2 }, (_, at) => String.fromCodePoint(97 + at))];
  return createTokenizer({ type: 'character', lowercase: false }, vocabulary);
}

interface Recorded {
  events: RunEvent[];
  result: TrainResult;
}

async function train(
  options: TrainerOptions,
  { from, onStep }: { from?: TrainerState; onStep?(state: () => TrainerState, step: number): void } = {},
): Promise<Recorded> {
  const trainer = createTrainer(options, from);
  const events: RunEvent[] = [];
  const result = await trainer.run(
    {
      requested: () => undefined,
      async betweenSteps() {
        const last = events.at(-1);
        if (last?.type === 'step') onStep?.(() => structuredClone(trainer.snapshot()), last.step);
      },
    },
    { onEvent: (event) => void events.push(event), onBest: async () => undefined, onEpoch: async () => undefined },
  );
  return { events, result };
}

for (const one of golden.cases) {
  test(`PyTorch language model, ${one.name}: loss, logits, states and all gradients of each window`, () => {
    const { shape, names, weights, text } = loadGolden(one);
    const model = loadModel(shape, weights);
    const streams = createTextStreams(text, one.streams, one.window);
    assert.equal(streams.windowCount, one.windows);
    let state: CarriedState | undefined;
    for (let index = 0; index < one.windows; index++) {
      const key = `${one.name}.${index}`;
      const window = streams.window(index);
      const { batchSize } = window.batch.layout;
      const result = windowGradients(model, window, { initial: state });
      assertClose([result.loss.loss], golden.values(`${key}.loss`), `loss ${index}`, { absolute: 1e-6 });
      const logits = model.logits(window.batch, carryState(model, batchSize, { initial: state, final: [] }));
      assertClose(logits, golden.values(`${key}.logits`), `logits ${index}`, { absolute: 2e-6 });
      const states = (part: 'h' | 'c') => result.state.flatMap((layer) => [...(layer[part] ?? [])]);
      assertClose(states('h'), golden.values(`${key}.h`), `h ${index}`, { absolute: 1e-6 });
      assertClose(states('c'), golden.values(`${key}.c`), `c ${index}`, { absolute: 1e-6, relative: 1e-6 });
      const gradients = denseGradients(result.gradients);
      for (const [n, name] of names.entries()) {
        assertClose(gradients[n], golden.values(`${key}.grad.${name}`), `d ${name} ${index}`, {
          absolute: 2e-7,
          relative: 1e-4,
        });
      }
      state = result.state;
    }
  });

  test(`PyTorch language model, ${one.name}: mean loss of the whole text, and two epochs of training`, async () => {
    const { shape, names, weights, text } = loadGolden(one);
    const tokenizer = letters(one.vocabulary);
    const scores = await scoreText(loadModel(shape, weights), text, { batchSize: one.streams, isCharacters: true });
    assertClose([scores.loss], golden.values(`${one.name}.textLoss`), 'loss of the text', { absolute: 1e-6 });
    const training = trainingConfig({
      epochs: 2,
      batchSize: one.streams,
      sequenceLength: one.window,
      optimizer: { type: 'sgd', learningRate: one.learningRate, momentum: 0, nesterov: false, weightDecay: 0 },
      best: { metric: 'validation.loss' },
    });
    const task = createLanguageModel({ tokenizer, train: text, validation: text }, training);
    const fresh = createTrainer({ ...shape, training, task });
    fresh.model.params.load(weights);
    const { events, result } = await train({ ...shape, training, task }, { from: fresh.snapshot() });
    const steps = events.filter((event) => event.type === 'step').map(({ loss }) => loss);
    assertClose(steps, golden.values(`${one.name}.trained.losses`), 'losses', { absolute: 1e-5 });
    assert.equal(result.best?.epoch, 2, 'the vectors hold the weights of the last epoch');
    for (const name of names) {
      const trained = result.weights.find((tensor) => tensor.name === name)!;
      assertClose(trained.data, golden.values(`${one.name}.trained.${name}`), name, { absolute: 1e-5 });
    }
  });
}

test('every token but the first is a target once, right after the token before it', () => {
  const rng = new Rng(3, 'sample');
  for (let round = 0; round < 200; round++) {
    const count = 2 + rng.nextInt(60);
    const ids = Uint32Array.from({ length: count }, (_, at) => at);
    const streams = createTextStreams({ ids }, 1 + rng.nextInt(12), 1 + rng.nextInt(20));
    const targets: number[] = [];
    let before = Number.POSITIVE_INFINITY;
    for (let index = 0; index < streams.windowCount; index++) {
      const { batch, targets: following } = streams.window(index);
      const { batchSize, lengths } = batch.layout;
      assert.ok(batchSize >= 1 && batchSize <= before, 'streams only end');
      before = batchSize;
      let token = 0;
      for (let text = 0; text < batchSize; text++) {
        for (let step = 0; step < lengths[text]; step++, token++) {
          assert.equal(following[token], batch.ids[text * batch.paddedLength + step] + 1);
        }
      }
      targets.push(...following);
    }
    assert.deepEqual(
      targets.sort((a, b) => a - b),
      [...ids.subarray(1)],
    );
  }
});

const VOCABULARY = 8;
const SHAPE: ModelShape = {
  model: textModel({ size: 6, dropout: 0.1, init: { uniform: 0.25 } }, { hiddenSize: 9, layers: 2, dropout: 0.1 }, 0.1),
  vocabularySize: VOCABULARY,
  classCount: VOCABULARY,
};
const CYCLE = encodedText(Uint32Array.from({ length: 121 }, (_, at) => 2 + (at % 6)));

function cycleOptions(change: Partial<ResolvedTraining> = {}, shape = SHAPE): TrainerOptions {
  const training = trainingConfig({
    batchSize: 4,
    sequenceLength: 5,
    best: { metric: 'validation.perplexity' },
    ...change,
  });
  const data = { tokenizer: letters(VOCABULARY), train: CYCLE, validation: CYCLE };
  return { ...shape, training, task: createLanguageModel(data, training) };
}

test('reading in windows with carried state gives the bits of reading at once', () => {
  const model = createModel(SHAPE, createParams(SHAPE, 4));
  const ids = CYCLE.ids.subarray(0, 23);
  const whole = model.logits(createBatch([ids]));
  let state: CarriedState | undefined;
  const parts: number[] = [];
  for (let from = 0; from < ids.length; from += 7) {
    const final: CarriedState = [];
    const batch = createBatch([ids.subarray(from, from + 7)]);
    parts.push(...model.logits(batch, carryState(model, 1, { initial: state, final })));
    state = final;
  }
  assertSameBits(Float32Array.from(parts), whole, 'logits');
});

test('it learns a cycle, says perplexity and bits per character, and shows what it writes', async () => {
  const before = tf.memory().numTensors;
  const { events, result } = await train(cycleOptions({ epochs: 30 }));
  assert.equal(tf.memory().numTensors, before);
  assert.ok(result.best!.perplexity! < 1.2, `perplexity ${result.best!.perplexity}`);
  const steps = events.filter((event) => event.type === 'step');
  assert.equal(steps.length, 30 * 6);
  for (const event of events) {
    if (event.type === 'message' || event.type === 'sample') continue;
    assert.equal(event.accuracy, undefined);
    assert.ok(Math.abs(event.perplexity! - Math.exp(event.loss)) < 1e-12);
    assert.ok(Math.abs(event.bitsPerCharacter! - event.loss / Math.log(2)) < 1e-12);
  }
  const samples = events.filter((event) => event.type === 'sample');
  assert.deepEqual(
    samples.map(({ epoch }) => epoch),
    Array.from({ length: 30 }, (_, at) => at + 1),
  );
  assert.match(samples.at(-1)!.text, /abcdefabcdef/);
});

for (const encoder of [{ type: 'gru' }, { type: 'rnn', nonlinearity: 'tanh' }] as const) {
  test(`a ${encoder.type} carries its state too: windows give the bits of one reading, and it learns`, async () => {
    const model = textModel({ type: 'oneHot' }, { ...encoder, hiddenSize: 9, layers: 2 });
    const shape = { ...SHAPE, model };
    const { events, result } = await train(cycleOptions({ epochs: 20 }, shape));
    assert.ok(result.best!.perplexity! < 1.5, `perplexity ${result.best!.perplexity}`);
    assert.ok(events.length > 0);
    const trained = loadModel(shape, result.weights);
    const [first, rest] = [CYCLE.ids.subarray(0, 9), CYCLE.ids.subarray(9, 15)];
    const final: CarriedState = [];
    trained.logits(createBatch([first]), carryState(trained, 1, { initial: undefined, final }));
    assert.ok(final.every(({ h, c }) => h.length === 9 && c === undefined));
    const after = trained.logits(createBatch([rest]), carryState(trained, 1, { initial: final, final: [] }));
    const whole = trained.logits(createBatch([CYCLE.ids.subarray(0, 15)]));
    assertSameBits(after, whole.subarray(9 * VOCABULARY), 'logits');
  });
}

test('the epoch event holds the mean over the tokens of its steps', async () => {
  const { events } = await train(cycleOptions({ epochs: 1 }));
  const steps = events.filter((event) => event.type === 'step');
  // 120 targets in 4 streams of 30: six windows of 5 tokens each.
  const mean = steps.reduce((sum, { loss }) => sum + loss, 0) / 6;
  const epoch = events.find((event) => event.type === 'epoch')!;
  assert.ok(Math.abs(epoch.loss - mean) < 1e-12);
});

test('words have no bits per character', () => {
  assert.deepEqual(languageModelScores(1, false), { loss: 1, perplexity: Math.E });
});

test('a run goes on from a snapshot within an epoch with the same bits: the state is carried on', async () => {
  const options = cycleOptions({ epochs: 3 });
  const snapshots: TrainerState[] = [];
  const whole = await train(options, {
    onStep(snapshot, step) {
      if (step % 4 === 0) snapshots.push(snapshot());
    },
  });
  assert.ok(snapshots.some(({ carried, batchesDone }) => carried !== undefined && batchesDone > 0));
  for (const snapshot of snapshots) {
    const rest = await train(options, { from: snapshot });
    for (const [n, { name, data }] of whole.result.weights.entries()) {
      assertSameBits(rest.result.weights[n].data, data, name);
    }
    if (snapshot.batchesDone === 0) continue;
    const zeros = snapshot.carried!.map(({ h, c }) => ({ h: h.map(() => 0), c: c!.map(() => 0) }));
    const forgetful = await train(options, { from: { ...snapshot, carried: zeros } });
    assert.notDeepEqual(forgetful.result.weights, whole.result.weights);
  }
});

test('a carried state that is not whole is refused before the first step', async () => {
  const options = cycleOptions({ epochs: 3 });
  const snapshots: TrainerState[] = [];
  await train(options, { onStep: (snapshot, step) => void (step === 4 && snapshots.push(snapshot())) });
  const [snapshot] = snapshots;
  const { carried = [] } = snapshot;
  assert.ok(carried.length > 0 && snapshot.batchesDone > 0);
  const [first, ...others] = carried;
  const damaged: [string, CarriedState | undefined][] = [
    ['gone', undefined],
    ['a layer less', others],
    ['a layer more', [...carried, first]],
    ['too short', [{ ...first, h: first.h.subarray(1) }, ...others]],
    ['no whole stream', carried.map(({ h, c }) => ({ h: h.subarray(1), c: c?.subarray(1) }))],
    ['empty', carried.map(() => ({ h: new Float32Array(), c: new Float32Array() }))],
    ['without cells', carried.map(({ h }) => ({ h }))],
  ];
  for (const [what, wrong] of damaged) {
    assert.throws(
      () => createTrainer(options, { ...snapshot, carried: wrong }),
      (error) => UserError.is(error, 'checkpoint.unreadable') && /carries within an epoch/.test(error.message),
      what,
    );
  }
});

test('plain loops take no state of fewer streams, layers or another cell', () => {
  const model = createModel(SHAPE, createParams(SHAPE, 1));
  const { layers, hiddenSize: H } = SHAPE.model.encoder;
  const state = (length: number): CarriedState =>
    Array.from({ length: layers }, () => ({ h: new Float32Array(length), c: new Float32Array(length) }));
  const carrying = (initial: CarriedState) => carryState(model, 2, { initial, final: [] });
  assert.equal(carrying(state(3 * H)).initial?.[0].h.length, 2 * H);
  assert.throws(() => carrying(state(2 * H - 1)), /not one of an lstm/);
  assert.throws(() => carrying(state(2 * H).map(({ h }) => ({ h }))), /not one of an lstm/);
  assert.throws(() => carrying([...state(2 * H), ...state(2 * H)]), /layers/);
});
