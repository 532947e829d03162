// What the advisor says of a classifier, from top to bottom as a config is read: data, text, model, training. A key of which no rule speaks
// has its default. Figures of what was measured come from gains.ts alone.
import { grouped, shareText } from '../../util/words.ts';
import { ENCODER_RULES } from './encoderRules.ts';
import { DATASET, type Rule } from './rule.ts';
import { TEXT_RULES } from './textRules.ts';
import { TRAINING_RULES } from './trainingRules.ts';

/** Below, two standard errors of an accuracy are more than ten points. */
const MIN_VALIDATION = 100;

export const CLASSIFIER_RULES: readonly Rule[] = [
  {
    key: 'data.validation',
    source: DATASET,
    isOfData: true,
    advise({ hasValidation, rows }) {
      if (hasValidation) return undefined;
      const split = 0.1 * rows >= MIN_VALIDATION ? 0.1 : 0.2;
      const points = Math.round(200 * Math.sqrt(0.25 / Math.max(1, split * rows)));
      return {
        value: { split },
        reason: `${shareText(split)} of ${grouped(rows)} texts tell an accuracy of 50 % to within ${points} points (two standard errors).`,
      };
    },
  },
  ...TEXT_RULES,
  ...ENCODER_RULES,
  ...TRAINING_RULES,
];
