// What training would make: parameters by name, vocabulary and set sizes, without training.
import { countParameters } from '../engine/params/parameterPlan.ts';
import type { ParameterPlan } from '../protocol/engineContract.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { LoadOptions } from './dataReader.ts';
import { loadData } from './loadData.ts';
import { modelShape } from './modelShape.ts';

export async function planRun(
  experiment: ResolvedExperiment,
  configDir: string,
  options: LoadOptions,
): Promise<ParameterPlan> {
  const data = await loadData(experiment, configDir, options);
  const { train, validation, test } = data;
  const { parameters, total } = countParameters(modelShape(experiment, data));
  return {
    parameters: parameters.map(({ name, shape, count }) => ({ name, shape, count })),
    total,
    vocabulary: data.tokenizer.vocabularySize,
    examples: { train: train.count, validation: validation.count, test: test?.count ?? 0 },
  };
}
