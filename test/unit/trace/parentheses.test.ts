// A small LSTM that learns a language of nested parentheses has a cell that counts them, and the statistics find it; the network that it
// began as has none.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { encodedText } from '../../../extension/data/runningText.ts';
import { createModel, type Model } from '../../../extension/engine/model.ts';
import { createParams } from '../../../extension/engine/params/paramStore.ts';
import { createLanguageModel } from '../../../extension/engine/tasks/languageModel.ts';
import { createTrainer } from '../../../extension/engine/train/trainer.ts';
import type { ModelShape } from '../../../extension/engine/types.ts';
import type { RunModel } from '../../../extension/node/runModel.ts';
import { runStatistics } from '../../../extension/node/trace/runStatistics.ts';
import type { TraceStatistics } from '../../../extension/protocol/traceAnalysis.ts';
import type { ResolvedExperiment } from '../../../extension/schema/resolved.ts';
import { createTokenizer } from '../../../extension/text/tokenizer.ts';
import { Rng } from '../../../extension/util/rng.ts';
import { trainingConfig } from '../engine/support.ts';
import { COMPUTERS } from './support.ts';

const MAX_DEPTH = 5;
const TRAIN_TOKENS = 24_000;

/**
 * Nested parentheses with letters in between. Now and then the depth is asked for: after `?` stands its digit, which nothing but counting
 * tells. The digits are rare, so that what a network has just read says little about the depth.
 */
function nestedParentheses(length: number, seed: number): string {
  const rng = new Rng(seed, 'sample');
  let text = '';
  let depth = 0;
  while (text.length < length) {
    const draw = rng.nextFloat();
    if (draw < 0.3) {
      const isOpening = depth === 0 || (depth < MAX_DEPTH && rng.nextFloat() < 0.5);
      depth += isOpening ? 1 : -1;
      text += isOpening ? '(' : ')';
    } else if (draw < 0.45) text += `?${depth}`;
    else text += 'abc'[rng.nextInt(3)];
  }
  return text;
}

const tokenizer = createTokenizer({ type: 'character', lowercase: false, keepsLineBreaks: true }, [
  '[PAD]',
  '[UNK]',
  ...'()?abc012345',
]);

const SHAPE: ModelShape = {
  model: {
    embedding: { type: 'oneHot' },
    encoder: { type: 'lstm', hiddenSize: 16, layers: 1, bidirectional: false, dropout: 0, forgetBias: 0 },
    head: { dropout: 0 },
  },
  vocabularySize: tokenizer.vocabularySize,
  classCount: tokenizer.vocabularySize,
};
const trainingOf = (seed: number) =>
  trainingConfig({
    epochs: 12,
    batchSize: 16,
    seed,
    sequenceLength: 40,
    clip: { norm: 1 },
    best: { metric: 'validation.loss' },
  });

async function trained(seed: number): Promise<Model> {
  const training = trainingOf(seed);
  const encode = (text: string) => encodedText(tokenizer.encode(text).ids);
  const data = {
    tokenizer,
    train: encode(nestedParentheses(TRAIN_TOKENS, 1)),
    validation: encode(nestedParentheses(2000, 2)),
  };
  const trainer = createTrainer({ ...SHAPE, training, task: createLanguageModel(data, training) });
  const quiet = async (): Promise<void> => undefined;
  const hooks = { onEvent: () => undefined, onBest: quiet, onEpoch: quiet };
  const { status } = await trainer.run({ requested: () => undefined, betweenSteps: quiet }, hooks);
  assert.equal(status, 'completed');
  return trainer.model;
}

/** Over texts that training never saw. */
function statisticsOf(model: Model): Promise<TraceStatistics> {
  const experiment = { text: {} } as ResolvedExperiment;
  const run: RunModel = { runDir: 'parentheses', experiment, labels: [], tokenizer, model };
  const texts = Array.from({ length: 20 }, (_, at) => tokenizer.encode(nestedParentheses(100, 50 + at)));
  return runStatistics(run, texts, {}, new AbortController().signal);
}

/** Units by how strongly they go with the depth. */
function rankedByDepth({ annotations, layers }: TraceStatistics): { unit: number; r: number }[] {
  const depth = annotations.findIndex(({ kind }) => kind === 'bracketDepth');
  const correlations = [...layers[0][0].correlations[depth]];
  assert.ok(correlations.every(Number.isFinite));
  return correlations.map((r, unit) => ({ unit, r })).sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
}

const fastest = COMPUTERS[1];
before(() => fastest.use());
after(() => fastest.leave());

for (const seed of [3, 4, 5]) {
  test(`seed ${seed}: after training a cell goes with the depth, before training none does`, async () => {
    const untrained = await statisticsOf(createModel(SHAPE, createParams(SHAPE, seed)));
    const [best] = rankedByDepth(untrained);
    assert.ok(Math.abs(best.r) < 0.5, `before training unit ${best.unit} has r = ${best.r}`);

    const firstThree = rankedByDepth(await statisticsOf(await trained(seed))).slice(0, 3);
    assert.ok(
      firstThree.some(({ r }) => Math.abs(r) >= 0.8),
      `after training the strongest are ${JSON.stringify(firstThree)}`,
    );
  });
}
