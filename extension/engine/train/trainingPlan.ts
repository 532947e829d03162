// What is trained when, and how fast: freezing, rates and schedule of one run together, known before its first step.
import type { NamedParameter } from '../../schema/parameterNames.ts';
import { groupNames } from '../../schema/parameterNames.ts';
import type { ResolvedOptimizer } from '../../schema/resolved.ts';
import type { GroupState } from '../../schema/run.ts';
import type { ParameterSpec } from '../params/parameterPlan.ts';
import { elementCount } from '../params/parameterPlan.ts';
import type { TrainerOptions } from '../types.ts';
import { everTrained, frozenParameters } from './freezing.ts';
import { planRates } from './rates.ts';
import { scheduleFactor } from './schedules.ts';

export interface TrainingPlan {
  /** Updates of the whole run. */
  readonly stepCount: number;
  readonly stepsPerEpoch: number;
  /** Parameters that are trained at some time. */
  readonly everTrained: ReadonlySet<string>;
  /** Names of the frozen parameters once `applied` entries of `unfreeze` have acted. */
  frozen(applied: number): Set<string>;
  /** The factor of all rates at the update after `stepsDone` others. */
  factor(stepsDone: number): number;
  /** The update rule of a parameter at that update. */
  rule(stepsDone: number): (name: string) => ResolvedOptimizer;
  /** The update rule of a parameter where `change` takes the place of the schedule. */
  fullRule(change: (learningRate: number) => number): (name: string) => ResolvedOptimizer;
  /** The groups in order, as they are once `applied` entries have acted. */
  groups(applied: number): GroupState[];
}

export type PlanOptions = Pick<TrainerOptions, 'training' | 'fineTune'>;

/** `stepsPerEpoch` is the same in all epochs. */
export function createTrainingPlan(
  { training, fineTune }: PlanOptions,
  parameters: readonly ParameterSpec[],
  stepsPerEpoch: number,
): TrainingPlan {
  const { optimizer, schedule, epochs } = training;
  const rates = planRates(parameters, optimizer, fineTune);
  const stepCount = epochs * stepsPerEpoch;
  const factor = (stepsDone: number): number => scheduleFactor(schedule, stepsDone, stepCount);
  const frozen = (applied: number): Set<string> => frozenParameters(parameters, fineTune, applied);
  const fullRule: TrainingPlan['fullRule'] = (change) => (name) => {
    const { learningRate, weightDecay } = rates.get(name)!;
    return { ...optimizer, learningRate: change(learningRate), weightDecay };
  };
  return {
    stepCount,
    stepsPerEpoch,
    everTrained: everTrained(parameters, fineTune),
    frozen,
    factor,
    rule(stepsDone) {
      const size = factor(stepsDone);
      return fullRule((learningRate) => learningRate * size);
    },
    fullRule,
    groups(applied) {
      const still = frozen(applied);
      return groupNames(parameters).map((group) => {
        const own = parameters.filter((parameter) => parameter.group === group);
        return groupState(group, own, { frozen: still, rateOf: (name) => rates.get(name)!.learningRate });
      });
    },
  };
}

function groupState(
  name: string,
  parameters: readonly (NamedParameter & { shape: number[] })[],
  { frozen, rateOf }: { frozen: ReadonlySet<string>; rateOf(name: string): number },
): GroupState {
  const trained = parameters.filter((parameter) => !frozen.has(parameter.name));
  const countOf = (some: typeof parameters): number => some.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return {
    name,
    parameters: parameters.map((parameter) => parameter.name),
    frozen: parameters.map((parameter) => parameter.name).filter((own) => frozen.has(own)),
    count: countOf(parameters),
    trainable: countOf(trained),
    learningRate: trained.length === 0 ? 0 : Math.max(...trained.map((parameter) => rateOf(parameter.name))),
  };
}
