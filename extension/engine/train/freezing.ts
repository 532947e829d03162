// Which parameters are frozen, and when that changes. Invariant: a pure function of (config, epoch, what validation said), so that a run
// can go on anywhere. Entries of `unfreeze` act in their order, before an epoch: a later one waits for those before it.
import type { ResolvedFineTune } from '../../schema/fineTune.ts';
import type { NamedParameter } from '../../schema/parameterNames.ts';
import { matchPatterns } from '../../schema/parameterPatterns.ts';
import type { Scores } from '../../schema/run.ts';

type FreezePlan = Pick<ResolvedFineTune, 'freeze' | 'unfreeze'>;

/** Structured-cloneable. */
export interface ThawState {
  /** Entries of `unfreeze` that have acted. */
  applied: number;
  /** Smallest validation loss since the last of them. */
  bestLoss?: number;
  /** Epochs without a smaller one. */
  epochsWithout: number;
}

export const initialThaw = (): ThawState => ({ applied: 0, epochsWithout: 0 });

/** Names of the parameters that are frozen once `applied` entries have acted. */
export function frozenParameters(
  parameters: readonly NamedParameter[],
  plan: FreezePlan | undefined,
  applied: number,
): Set<string> {
  if (!plan) return new Set();
  let frozen = matchPatterns(plan.freeze, parameters);
  for (const { groups, only } of plan.unfreeze.slice(0, applied)) {
    const thawed = matchPatterns(groups, parameters);
    const stay = only ? parameters.map(({ name }) => name) : [...frozen];
    frozen = new Set(stay.filter((name) => !thawed.has(name)));
  }
  return frozen;
}

/** Names of the parameters that are trained at some time of a run, all entries having acted. */
export function everTrained(parameters: readonly NamedParameter[], plan: FreezePlan | undefined): Set<string> {
  const trained = new Set<string>();
  for (let applied = 0; applied <= (plan?.unfreeze.length ?? 0); applied++) {
    const frozen = frozenParameters(parameters, plan, applied);
    for (const { name } of parameters) if (!frozen.has(name)) trained.add(name);
  }
  return trained;
}

/** Lets every entry act whose time has come before `epoch`; whether one did. */
export function thawBefore(epoch: number, plan: FreezePlan | undefined, state: ThawState): boolean {
  const before = state.applied;
  for (const entry of (plan?.unfreeze ?? []).slice(before)) {
    const isDue = 'epoch' in entry ? epoch >= entry.epoch : state.epochsWithout >= entry.plateau;
    if (!isDue) break;
    Object.assign(state, { applied: state.applied + 1, bestLoss: undefined, epochsWithout: 0 });
  }
  return state.applied > before;
}

/** Takes note of the validation at the end of an epoch. */
export function watchPlateau(state: ThawState, { loss }: Scores): void {
  const isBetter = state.bestLoss === undefined || loss < state.bestLoss;
  state.epochsWithout = isBetter ? 0 : state.epochsWithout + 1;
  if (isBetter) state.bestLoss = loss;
}
