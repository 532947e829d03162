// What the named recipes of `fineTune` mean, written out: the same keys that a user may write.
import { assertNever } from '../util/assertNever.ts';
import type { FineTune, RecipeName } from './fineTune.ts';
import { groupNames, type ModelOutline, parameterNames } from './parameterNames.ts';

/** The keys of a recipe, and the schedule that belongs to it. */
export interface Recipe {
  fineTune: Pick<FineTune, 'freeze' | 'unfreeze' | 'discriminative'>;
  schedule?: { type: 'slantedTriangular' };
}

export function recipeOf(name: RecipeName, model: ModelOutline, epochs: number): Recipe {
  const groups = groupNames(parameterNames(model));
  switch (name) {
    case 'ulmfit':
      return ulmfit(groups);
    case 'chainThaw':
      return chainThaw(groups, epochs);
    default:
      return assertNever(name);
  }
}

/** Howard and Ruder (2018), section 3.3: gradual unfreezing from the last group, discriminative rates, slanted triangular rates. */
function ulmfit(groups: readonly string[]): Recipe {
  const lower = groups.slice(0, -1);
  const unfreeze = lower.toReversed().map((group, at) => ({ epoch: at + 2, groups: [group] }));
  return {
    fineTune: { freeze: [...lower], unfreeze, discriminative: { factor: 2.6 } },
    schedule: { type: 'slantedTriangular' },
  };
}

/** Felbo et al. (2017), figure 1: the new layer, then each layer by itself from the first, then all. */
function chainThaw(groups: readonly string[], epochs: number): Recipe {
  const lower = groups.slice(0, -1);
  const phases = [...lower.map((group) => [group]), [...groups]];
  const start = (phase: number): number => 1 + Math.floor((phase * epochs) / (phases.length + 1));
  const unfreeze = phases.map((names, at) => ({ epoch: start(at + 1), groups: names, only: true }));
  return { fineTune: { freeze: [...lower], unfreeze } };
}
