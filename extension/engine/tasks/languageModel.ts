// The task of a language model: predict the next token of running text; truncated back-propagation through time with the state carried on.
// Judged by nats a token, perplexity, and, where tokens are characters, bits per character.
import * as tf from '@tensorflow/tfjs-core';
import type { EncodedText } from '../../data/types.ts';
import { DEFAULT_SEQUENCE_LENGTH, type ResolvedTraining } from '../../schema/resolved.ts';
import type { Scores } from '../../schema/run.ts';
import type { Tokenizer } from '../../text/types.ts';
import { machineScope } from '../backend/gatescopeBackend.ts';
import { type ForwardOptions, type Model, type TrainingKey, weightTensors } from '../model.ts';
import { computeGradients } from '../train/gradientStep.ts';
import type { Gradient } from '../train/gradients.ts';
import { carryState } from './carriedState.ts';
import { type BatchLoss, crossEntropy } from './crossEntropy.ts';
import { TokenWriter } from './generate.ts';
import { type CarriedState, meanLoss, type ScoringOptions, type Task } from './task.ts';
import { createTextStreams, type TextWindow } from './textStreams.ts';

export interface LanguageModelData {
  tokenizer: Tokenizer;
  train: EncodedText;
  validation: EncodedText;
}

/** Tokens of a stream at a time in scoring; scores do not depend on it but for rounding. */
export const SCORING_WINDOW = 64;
/** Tokens of the text that shows what the model has learned. */
export const SAMPLE_LENGTH = { character: 160, word: 40 } as const;

export function createLanguageModel(
  { tokenizer, train, validation }: LanguageModelData,
  training: ResolvedTraining,
): Task {
  const { batchSize, seed } = training;
  const { isCharacters } = tokenizer;
  const streams = createTextStreams(train, batchSize, training.sequenceLength ?? DEFAULT_SEQUENCE_LENGTH);
  return {
    epoch: () => ({
      batchCount: streams.windowCount,
      step(model, at) {
        const window = streams.window(at.batch);
        const { loss, gradients, state } = windowGradients(model, window, { initial: at.carried, training: at });
        const { weight } = loss;
        return {
          gradients,
          carried: state,
          tokenCount: window.targets.length,
          tally: { loss: loss.loss * weight, weight, hits: 0, examples: weight },
        };
      },
    }),
    trainingScores: (tally) => languageModelScores(meanLoss(tally), isCharacters),
    validate: (model, options) => scoreText(model, validation, { ...options, isCharacters }),
    async demonstrate(model, yieldNow) {
      const writer = new TokenWriter(model, tokenizer.encode('\n').ids, { seed, temperature: 0.8 });
      const ids: number[] = [];
      while (ids.length < SAMPLE_LENGTH[isCharacters ? 'character' : 'word']) {
        ids.push(writer.next());
        await yieldNow();
      }
      return tokenizer.decode(ids);
    },
  };
}

/** `loss` in nats a token. */
export function languageModelScores(loss: number, isCharacters: boolean): Scores {
  return { loss, perplexity: Math.exp(loss), ...(isCharacters ? { bitsPerCharacter: loss / Math.LN2 } : {}) };
}

export interface WindowGradients {
  loss: BatchLoss;
  /** One a trainable parameter, in the order of the store. */
  gradients: Gradient[];
  /** After the last token of each stream. */
  state: CarriedState;
}

/** Forward and backward pass over one window from the state `initial`, through which no gradient flows. */
export function windowGradients(
  model: Model,
  { batch, targets }: TextWindow,
  { initial, training }: { initial?: CarriedState; training?: TrainingKey },
): WindowGradients {
  let loss: BatchLoss | undefined;
  const state: CarriedState = [];
  const gradients = computeGradients(model.params, (weights, pass) => {
    const logits = model.forward(weights, batch, {
      training,
      ...pass,
      ...carryState(model, batch.layout.batchSize, { initial, final: state }),
    });
    return crossEntropy(logits, targets, { labelSmoothing: 0 }, (result) => {
      loss = result;
    });
  });
  if (!loss) throw new Error('The loss was not computed');
  return { loss, gradients, state };
}

/** Σ of the losses of all tokens of a window, in nats. */
function windowLoss(model: Model, { batch, targets }: TextWindow, carried: ForwardOptions): number {
  let sum = 0;
  machineScope(() =>
    tf.tidy(() => {
      const logits = model.forward(weightTensors(model.params.parameters), batch, carried);
      crossEntropy(logits, targets, { labelSmoothing: 0 }, ({ loss, weight }) => {
        sum = loss * weight;
      });
    }),
  );
  return sum;
}

export interface TextScoringOptions extends ScoringOptions {
  isCharacters: boolean;
}

/** Scores over all tokens but the first (of at least two), read as `batchSize` streams that start from zero states. */
export async function scoreText(
  model: Model,
  text: EncodedText,
  { batchSize, isCharacters, betweenBatches }: TextScoringOptions,
): Promise<Scores> {
  const streams = createTextStreams(text, batchSize, SCORING_WINDOW);
  let state: CarriedState | undefined;
  let sum = 0;
  for (let index = 0; index < streams.windowCount; index++) {
    const window = streams.window(index);
    const { batch } = window;
    const final: CarriedState = [];
    sum += windowLoss(model, window, carryState(model, batch.layout.batchSize, { initial: state, final }));
    state = final;
    await betweenBatches?.();
  }
  return languageModelScores(sum / (text.count - 1), isCharacters);
}
