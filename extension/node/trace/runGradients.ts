// How a score of a run depends on the tokens of a text, and how its states do.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connectivity } from '../../engine/trace/connectivity.ts';
import { integratedGradients, type Score, tokenGradients } from '../../engine/trace/gradients.ts';
import { traceText } from '../../engine/trace/traceText.ts';
import {
  type Connectivity,
  type ConnectivityRequest,
  type GradientRequest,
  type GradientTrace,
  MAX_CONNECTED_TOKENS,
} from '../../protocol/traceAnalysis.ts';
import { UNK_ID } from '../../text/types.ts';
import { nearestName } from '../../util/editDistance.ts';
import { CancelledError, UserError } from '../../util/userError.ts';
import type { RunModel } from '../runModel.ts';
import { checkPlace, readText } from './runTrace.ts';

const MAX_STEPS = 1000;

/** Throws UserError `gradients.*`, `trace.tooLong`, CancelledError. */
export async function runGradients(
  run: RunModel,
  request: GradientRequest,
  signal: AbortSignal,
): Promise<GradientTrace> {
  const { model } = run;
  const { ids } = readText(run, request.text);
  const { score, target } = chooseScore(run, ids, request);
  const gradients = tokenGradients(model, ids, score);
  const result: GradientTrace = {
    target,
    ...gradients,
    ...(score.position === undefined ? {} : { position: score.position }),
  };
  const { integratedSteps: steps } = request;
  if (steps === undefined) return result;
  if (!Number.isInteger(steps) || steps < 1 || steps > MAX_STEPS) {
    throw new UserError({
      code: 'gradients.steps',
      message: `Integrated gradients cannot be taken in ${steps} steps.`,
      remedy: `Give a whole number from 1 to ${MAX_STEPS}.`,
    });
  }
  const work = { steps, betweenParts: () => takeTurn(signal) };
  const { attributions, baselineLogit } = await integratedGradients(model, ids, score, work);
  const total = attributions.reduce((sum, value) => sum + value, 0);
  const completenessError = total - (gradients.logit - baselineLogit);
  return { ...result, integrated: { steps, attributions, baselineLogit, completenessError } };
}

/** Throws UserError `trace.*`, CancelledError. */
export async function runConnectivity(
  run: RunModel,
  { text, layer, direction }: ConnectivityRequest,
  signal: AbortSignal,
): Promise<Connectivity> {
  checkPlace(run, { layer, direction });
  const { ids } = readText(run, text);
  if (ids.length > MAX_CONNECTED_TOKENS) {
    throw new UserError({
      code: 'trace.tooLong',
      message: `The text has ${ids.length} tokens; connectivity can be computed for at most ${MAX_CONNECTED_TOKENS}.`,
      remedy: 'Give a shorter passage.',
    });
  }
  const norms = await connectivity(run.model, ids, { layer, direction, betweenSteps: () => takeTurn(signal) });
  return { layer, direction, tokenCount: ids.length, norms };
}

async function takeTurn(signal: AbortSignal): Promise<void> {
  await nextTurn();
  if (signal.aborted) throw new CancelledError();
}

function chooseScore(run: RunModel, ids: Uint32Array, request: GradientRequest): { score: Score; target: string } {
  return run.experiment.task === 'languageModel'
    ? chooseNextToken(run, ids, request)
    : chooseClass(run, ids, request.target);
}

function chooseClass({ model, labels }: RunModel, ids: Uint32Array, target?: string): { score: Score; target: string } {
  if (target === undefined) {
    const logits = model.probabilities([ids]);
    const index = logits.indexOf(Math.max(...logits));
    return { score: { index }, target: labels[index] };
  }
  const index = labels.indexOf(target);
  if (index >= 0) return { score: { index }, target };
  const nearest = nearestName(target, labels);
  throw new UserError({
    code: 'gradients.noTarget',
    message: `The run has no label "${target}".`,
    remedy: nearest ? `Did you mean "${nearest}"?` : `Its labels are ${labels.slice(0, 12).join(', ')}.`,
  });
}

function chooseNextToken(
  { model, tokenizer }: RunModel,
  ids: Uint32Array,
  { target, position = ids.length - 1 }: GradientRequest,
): { score: Score; target: string } {
  if (!Number.isInteger(position) || position < 0 || position >= ids.length) {
    throw new UserError({
      code: 'trace.noToken',
      message: `There is no token ${position}.`,
      remedy: `Choose one from 0 to ${ids.length - 1}.`,
    });
  }
  if (target === undefined) {
    const { next } = traceText(model, ids.subarray(0, position + 1), { layers: [], topK: 1 });
    const index = next?.[position].ids[0] ?? UNK_ID;
    return { score: { index, position }, target: tokenizer.shown(index) };
  }
  const index = tokenizer.id(target);
  if (index !== UNK_ID || target === tokenizer.shown(UNK_ID)) return { score: { index, position }, target };
  throw new UserError({
    code: 'gradients.noTarget',
    message: `"${target}" is not in the vocabulary.`,
    remedy: 'Choose a token that the model knows.',
  });
}
