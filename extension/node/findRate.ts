// The search for a learning rate of a config: reads its data, tries rates on a copy of the model, trains nothing.
import {
  findLearningRate,
  RANGE_TEST,
  type RangeTest,
  type RangeTestResult,
} from '../engine/train/learningRateFinder.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import { CancelledError } from '../util/userError.ts';
import type { LoadOptions } from './dataReader.ts';
import { leaseEngine } from './kernels/useEngine.ts';
import { prepareRun } from './prepareRun.ts';

/** Throws what reading the data throws, and CancelledError. */
export async function findRate(
  experiment: ResolvedExperiment,
  configDir: string,
  options: LoadOptions,
  range: RangeTest = RANGE_TEST,
): Promise<RangeTestResult> {
  const engine = await leaseEngine(experiment.engine);
  try {
    const prepared = await prepareRun(experiment, configDir, options);
    return await findLearningRate(prepared.options, range, {
      requested: () => (options.signal.aborted ? 'cancel' : undefined),
      async betweenSteps() {
        await new Promise(setImmediate);
        if (options.signal.aborted) throw new CancelledError();
      },
    });
  } finally {
    engine.release();
  }
}
