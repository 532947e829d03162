// The groups of a model in words: what is trained, at which rate, and what stays as it is.
import type { GroupState } from '../schema/run.ts';
import { grouped } from '../util/words.ts';

/** One line a group: `encoder.0: 60,400 of 60,400 numbers trained at 0.001 (encoder.weight_ih_l0, …)`. */
export function describeGroups(groups: readonly GroupState[]): string[] {
  return groups.map((group) => {
    const { name, count, trainable, parameters, frozen } = group;
    const what =
      trainable === 0
        ? `${grouped(count)} numbers frozen`
        : `${grouped(trainable)} of ${grouped(count)} numbers trained at ${rateText(group)}`;
    const except = trainable > 0 && frozen.length > 0 ? `; frozen: ${frozen.join(', ')}` : '';
    return `${name}: ${what} (${parameters.join(', ')})${except}`;
  });
}

/** Six digits tell rates apart; more are noise. */
export function rateText({ learningRate, trainable }: Pick<GroupState, 'learningRate' | 'trainable'>): string {
  return trainable === 0 ? 'frozen' : String(Number(learningRate.toPrecision(6)));
}
