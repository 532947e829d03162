// Weights of classes in the loss, from the config.
import type { ResolvedLoss } from '../../schema/resolved.ts';
import { UserError } from '../../util/userError.ts';

/**
 * Class weights [C] of a config, or undefined for none. `balanced`: examples / (classes · examples of the class), as scikit-learn,
 * and 0 for a class without examples. By label: what is not named weighs 1; an unknown label is a UserError.
 */
export function resolveClassWeights(
  setting: ResolvedLoss['classWeights'],
  labels: readonly string[],
  examples: Int32Array,
): Float64Array | undefined {
  if (setting === 'none') return undefined;
  if (setting === 'balanced') {
    const counts = new Float64Array(labels.length);
    for (const label of examples) counts[label]++;
    return counts.map((count) => (count > 0 ? examples.length / (labels.length * count) : 0));
  }
  const unknown = Object.keys(setting).filter((label) => !labels.includes(label));
  if (unknown.length > 0) {
    throw new UserError({
      code: 'engine.unknownClassWeight',
      message: `training.loss.classWeights names a label that the data does not have: "${unknown[0]}".`,
      remedy: `Labels are ${labels.slice(0, 10).join(', ')}.`,
    });
  }
  return Float64Array.from(labels, (label) => (Object.hasOwn(setting, label) ? setting[label] : 1));
}
