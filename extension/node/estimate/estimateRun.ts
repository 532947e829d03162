// What training a config takes: parameters and memory by counting, seconds by what was measured of this machine.
import { countParameters } from '../../engine/params/parameterPlan.ts';
import type { ModelShape } from '../../engine/types.ts';
import type { RunEstimate } from '../../protocol/estimate.ts';
import { groupNames } from '../../schema/parameterNames.ts';
import { matchPatterns } from '../../schema/parameterPatterns.ts';
import type { ResolvedExperiment } from '../../schema/resolved.ts';
import type { DataFacts } from './dataFacts.ts';
import { epochWork } from './epochWork.ts';
import type { MachineRates } from './machineRates.ts';
import { estimateMemory } from './memory.ts';
import { secondsOf } from './rates.ts';

/**
 * What a run does beside the steps that are measured: logs, events, turns for others, garbage. Epochs of the examples and of TREC took from
 * 0.9 to 1.4 times as long as their steps would, a tenth longer in the middle (test/bench/estimates.ts).
 */
const RUN_OVERHEAD = 1.1;

/** Of an epoch as the first one is: with what is frozen at the start. */
export function estimateRun(
  { model, training, fineTune }: ResolvedExperiment,
  { vocabularySize, classCount, ...lengths }: DataFacts,
  { rates, engine }: MachineRates,
): RunEstimate {
  const shape: ModelShape = { model, vocabularySize, classCount };
  const { parameters, total } = countParameters(shape);
  const frozen = matchPatterns(fineTune?.freeze ?? [], parameters);
  const groups = groupNames(parameters).map((name) => {
    const own = parameters.filter(({ group }) => group === name);
    const count = own.reduce((sum, parameter) => sum + parameter.count, 0);
    return { name, count, isFrozen: own.every((parameter) => frozen.has(parameter.name)) };
  });
  const frozenGroups = new Set(groups.filter(({ isFrozen }) => isFrozen).map(({ name }) => name));
  const { work, updates, tokens, largest } = epochWork(shape, training, lengths, frozenGroups);
  return {
    parameters: total,
    groups: groups.map(({ name, count }) => ({ name, count })),
    vocabulary: vocabularySize,
    memory: estimateMemory(shape, largest, training.optimizer),
    updates,
    tokens,
    seconds: rates && RUN_OVERHEAD * secondsOf(work, rates),
    engine,
  };
}
