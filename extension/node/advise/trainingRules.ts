// How a classifier is trained.
import { bytesText } from '../../protocol/estimate.ts';
import { grouped } from '../../util/words.ts';
import { roomForTraining } from '../estimate/memory.ts';
import { ahead, BEST_EPOCHS, inPoints } from './gains.ts';
import { DATASET, instead, measured, type Rule } from './rule.ts';
import { largestBytes } from './sizes.ts';
import type { DatasetStatistics } from './statistics.ts';

const RATES = 'Learning rate';
const BATCHES = 'Batch size';
const CLASSES = 'Classes';
const UNWEIGHTED = 'no weights, best epoch by accuracy';

const BATCH_SIZE = 50;
const EPOCHS = 10;
/** Below so many texts an epoch has few updates. */
const FEW_ROWS = 2000;
/** Rows of the largest class for one of the smallest. */
const IMBALANCE = 10;

export const TRAINING_RULES: readonly Rule[] = [
  {
    key: 'training.epochs',
    source: measured('Best epochs'),
    advise({ rows }) {
      const by = (data: string): string => `${BEST_EPOCHS[data].median} of ${BEST_EPOCHS[data].of}`;
      const runs =
        rows < FEW_ROWS
          ? `on 1,000 texts by epoch ${by('trec1000')}`
          : `on 5,000 questions by epoch ${by('trec')}, on 16,000 names by ${by('names')}`;
      return {
        value: rows < FEW_ROWS ? 2 * EPOCHS : EPOCHS,
        reason: `Half of the measured runs were at their best ${runs}; the weights of the best epoch are kept.`,
      };
    },
  },
  {
    key: 'training.batchSize',
    source: measured(BATCHES),
    advise(facts, { memoryBytes }, draft) {
      const room = roomForTraining(memoryBytes);
      let value = BATCH_SIZE;
      while (value > 1 && largestBytes(draft, facts, value) > room) value = Math.floor(value / 2);
      const bytes = bytesText(largestBytes(draft, facts, value));
      const than = (other: string): string => inPoints(ahead(BATCHES, '50', other), other);
      if (value < BATCH_SIZE) {
        const reason = `${bytesText(room)} is there for training; with ${value} of the longest texts it takes ${bytes}.`;
        return { value, reason };
      }
      return {
        value,
        reason: `50 texts gave ${than('32')} and ${than('100')}; with the longest ones training takes ${bytes}.`,
        alternatives: [
          instead(BATCHES, '50', { variant: '32', value: 32, also: 'slower' }),
          instead(BATCHES, '50', { variant: '100', value: 100, also: 'faster' }),
        ],
      };
    },
  },
  {
    key: 'training.optimizer.type',
    source: 'Kingma and Ba, 2015',
    advise: () => ({ value: 'adam', reason: 'All of the measured runs used it; rates of other kinds differ.' }),
  },
  {
    key: 'training.optimizer.learningRate',
    source: measured('Learning rate and Together'),
    advise() {
      const slower = inPoints(ahead(RATES, '0.003', '0.001'), '0.001');
      // A small model takes a higher rate; one of the advised size was measured at both.
      const twice = inPoints(ahead('Together', 'as advised', 'as advised, at 0.006'), '0.006');
      return {
        value: 0.003,
        reason: `In as many epochs it gave ${slower}, and with all else as advised ${twice}.`,
        alternatives: [instead('Together', 'as advised', { variant: 'as advised, at 0.006', value: 0.006 })],
      };
    },
  },
  {
    key: 'training.clip.norm',
    source: 'Pascanu et al., 2013',
    advise: () => ({
      value: 5,
      reason: 'Gradients through many steps may explode; all of the measured runs were clipped at 5.',
    }),
  },
  {
    key: 'training.loss.classWeights',
    source: measured(CLASSES),
    advise({ classes }) {
      const ends = unbalanced(classes);
      if (!ends) return undefined;
      const weighted = inPoints(ahead(CLASSES, 'balanced weights', UNWEIGHTED));
      return { value: 'none', reason: `Balanced weights gave ${weighted} of macro F1.` };
    },
  },
  {
    key: 'training.best.metric',
    source: DATASET,
    isOfData: true,
    advise({ classes }) {
      const ends = unbalanced(classes);
      if (!ends) return undefined;
      const [most, least] = ends;
      return {
        value: 'validation.macroF1',
        reason: `"${most.label}" has ${grouped(most.count)} texts, "${least.label}" ${grouped(least.count)}: accuracy hardly sees the rare classes.`,
      };
    },
  },
];

type Classes = DatasetStatistics['classes'];

/** The largest and the smallest class, where they are far apart. */
function unbalanced(classes: Classes): [Classes[number], Classes[number]] | undefined {
  const [most, least] = [classes[0], classes.at(-1)];
  return most && least && most.count > IMBALANCE * least.count ? [most, least] : undefined;
}
