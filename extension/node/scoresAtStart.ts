// What the weights that a run started from score on its own data: the old beside the new.
import { loadModel } from '../engine/model.ts';
import { createParams } from '../engine/params/paramStore.ts';
import type { NamedTensor } from '../engine/types.ts';
import { HEAD_PARAMETERS } from '../schema/parameterNames.ts';
import type { StartScores } from '../schema/run.ts';
import { type EvaluateOptions, evaluateSplits } from './evaluateSplits.ts';
import type { PreparedRun } from './prepareRun.ts';
import { scoresOnly } from './scores.ts';

/** Undefined where the head began fresh: it had learned nothing that could be compared. */
export async function scoresAtStart(
  { data, options }: PreparedRun,
  start: readonly NamedTensor[],
  evaluation: EvaluateOptions & { from: string },
): Promise<StartScores | undefined> {
  const fresh = createParams(options, options.training.seed).save();
  if (HEAD_PARAMETERS.every((name) => isSame(fresh, start, name))) return undefined;
  const { validation, test } = await evaluateSplits(loadModel(options, start), data, evaluation);
  return { from: evaluation.from, validation: scoresOnly(validation), ...(test && { test: scoresOnly(test) }) };
}

function isSame(some: readonly NamedTensor[], others: readonly NamedTensor[], name: string): boolean {
  const [own, other] = [some, others].map((tensors) => tensors.find((tensor) => tensor.name === name)?.data);
  return own !== undefined && other !== undefined && own.every((value, at) => value === other[at]);
}
