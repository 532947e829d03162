// Learning rate and weight decay of every parameter before the schedule: from the optimizer, the discriminative rule, and what is written
// for single groups or parameters, in this order.
import type { ResolvedDiscriminative, ResolvedFineTune } from '../../schema/fineTune.ts';
import { groupNames, type NamedParameter } from '../../schema/parameterNames.ts';
import { matchPattern } from '../../schema/parameterPatterns.ts';
import type { ResolvedOptimizer } from '../../schema/resolved.ts';

export interface ParameterRates {
  /** Full size: the schedule makes it smaller. */
  learningRate: number;
  weightDecay: number;
}

/** Rates by parameter name. */
export function planRates(
  parameters: readonly NamedParameter[],
  optimizer: ResolvedOptimizer,
  fineTune: ResolvedFineTune | undefined,
): Map<string, ParameterRates> {
  const ofGroup = groupRates(groupNames(parameters), optimizer.learningRate, fineTune?.discriminative);
  const { weightDecay } = optimizer;
  const rates = new Map(
    parameters.map(({ name, group }): [string, ParameterRates] => [
      name,
      { learningRate: ofGroup.get(group) ?? optimizer.learningRate, weightDecay },
    ]),
  );
  for (const key of ['learningRate', 'weightDecay'] as const) {
    for (const [pattern, value] of Object.entries(fineTune?.[`${key}s`] ?? {})) {
      const match = matchPattern(pattern, parameters);
      if (match.kind !== 'none') for (const name of match.names) rates.get(name)![key] = value;
    }
  }
  return rates;
}

/** The head has the full rate; `factor` divides it once for each group below, `from … to` spans a geometric row. */
function groupRates(
  groups: readonly string[],
  learningRate: number,
  rule: ResolvedDiscriminative | undefined,
): Map<string, number> {
  const last = groups.length - 1;
  const rateAt = (at: number): number => {
    if (!rule) return learningRate;
    if ('factor' in rule) return learningRate / rule.factor ** (last - at);
    return at === last ? rule.to : rule.from * (rule.to / rule.from) ** (at / last);
  };
  return new Map(groups.map((group, at) => [group, rateAt(at)]));
}
