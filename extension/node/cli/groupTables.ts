// Tables of the groups of a model: what is trained, and the rates over a run.
import type { PlannedRates } from '../../protocol/engineContract.ts';
import type { GroupState } from '../../schema/run.ts';
import { rateText } from '../groupTable.ts';
import { count, table } from './format.ts';

/** group, numbers, trainable, learning rate, names. */
export function groupTable(groups: readonly GroupState[]): string {
  const rows = groups.map((group) => {
    const { name, count: size, trainable, parameters, frozen } = group;
    const names = parameters.map((own) => (trainable > 0 && frozen.includes(own) ? `${own} (frozen)` : own));
    return [name, count(size), count(trainable), rateText(group), names.join(', ')];
  });
  return table(['group', 'numbers', 'trainable', 'learning rate', 'parameters'], rows);
}

/** Rates of each group at the first, the highest and the last step of every epoch, as far as they fit a screen. */
export function ratesTable({ steps, groups, stepsPerEpoch }: PlannedRates): string {
  const epochs = Math.ceil(steps[steps.length - 1] / stepsPerEpoch);
  const shown = new Set(
    Array.from(
      { length: Math.min(epochs, 10) },
      (_, at) => Math.round((at * (epochs - 1)) / Math.max(1, Math.min(epochs, 10) - 1)) + 1,
    ),
  );
  const rows = [...shown].map((epoch) => {
    const own = steps.flatMap((step, at) => (Math.ceil(step / stepsPerEpoch) === epoch ? [at] : []));
    return [
      String(epoch),
      ...groups.map(({ rates }) => (own.length === 0 ? '' : rangeText(own.map((at) => rates[at])))),
    ];
  });
  return table(['epoch', ...groups.map(({ name }) => name)], rows);
}

function rangeText(rates: readonly number[]): string {
  const text = (rate: number): string => String(Number(rate.toPrecision(3)));
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  if (high === 0) return 'frozen';
  return text(low) === text(high) ? text(high) : `${text(rates[0])} … ${text(rates[rates.length - 1])}`;
}
