// What training would make: parameters by name and group, rates over the run, vocabulary and set sizes, without training.
import { countParameters, planParameters } from '../engine/params/parameterPlan.ts';
import { createTrainingPlan } from '../engine/train/trainingPlan.ts';
import type { ParameterPlan } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { LoadOptions } from './dataReader.ts';
import { type PreparedRun, prepareRun } from './prepareRun.ts';
import { ratesOverRun } from './ratesOverRun.ts';

export async function planRun(
  experiment: ResolvedExperiment,
  configDir: string,
  options: LoadOptions,
): Promise<ParameterPlan> {
  return planPrepared(await prepareRun(experiment, configDir, options), experiment);
}

/** The same of what was read already. */
export function planPrepared(
  { data, options: trainer }: Pick<PreparedRun, 'data' | 'options'>,
  experiment: ResolvedExperiment,
): ParameterPlan {
  const { train, validation, test } = data;
  const { parameters, total } = countParameters(trainer);
  const plan = createTrainingPlan(trainer, planParameters(trainer), trainer.task.epoch(1).batchCount);
  return {
    parameters: parameters.map(({ name, shape, count, group }) => ({ name, shape, count, group })),
    total,
    groups: plan.groups(0),
    rates: ratesOverRun(plan, experiment),
    vocabulary: data.tokenizer.vocabularySize,
    examples: { train: train.count, validation: validation.count, test: test?.count ?? 0 },
  };
}
