// What the advisor says of a language model, from top to bottom as a config is read. Nothing was measured for these rules but what
// docs/benchmarks.md has of characters; words follow the small model of Zaremba et al. (2014) on the Penn Treebank.
import { grouped } from '../../util/words.ts';
import { DATASET, type Rule } from './rule.ts';
import type { DatasetStatistics } from './statistics.ts';
import { textFor, tokenKind } from './textFor.ts';

const PAPER = 'Zaremba et al., 2014, and docs/benchmarks.md';
/** An alphabet, not the characters of Chinese. */
const MAX_ONE_HOT = 500;
const hasWords = (facts: DatasetStatistics): boolean => tokenKind(facts) === 'whitespace';

/** A value for words and one for characters, with one reason. */
const either = (key: string, words: unknown, characters: unknown, reason: string): Rule => ({
  key,
  source: PAPER,
  advise: (facts) => ({ value: hasWords(facts) ? words : characters, reason }),
});

export const LANGUAGE_MODEL_RULES: readonly Rule[] = [
  {
    key: 'data.validation',
    source: DATASET,
    isOfData: true,
    advise({ hasValidation, tokens }) {
      if (hasValidation) return undefined;
      const heldOut = grouped(Math.round(0.1 * tokens.total));
      return { value: { split: 0.1 }, reason: `The end of the text is held out, ${heldOut} tokens.` };
    },
  },
  {
    key: 'text.tokenizer.type',
    source: DATASET,
    isOfData: true,
    advise(facts) {
      const { hasPlaceholders, tokens } = facts;
      const types = grouped(tokens.types);
      const why = hasPlaceholders ? 'Rare words were replaced by a sign' : 'Punctuation stands apart from words';
      return {
        value: textFor(facts).tokenizer.type,
        reason: hasWords(facts)
          ? `${why}, so the text is in words already: ${types} different ones.`
          : `The text has ${types} different characters, so nothing is unknown.`,
      };
    },
  },
  {
    key: 'model.embedding',
    source: PAPER,
    advise(facts) {
      if (hasWords(facts)) return { value: { size: 200 }, reason: 'As large as the hidden layer, as in the paper.' };
      const characters = `${grouped(facts.tokens.types)} different characters`;
      if (facts.tokens.types > MAX_ONE_HOT)
        return {
          value: { size: 128 },
          reason: `${characters} are many: a table keeps the input as small as the state.`,
        };
      return { value: { type: 'oneHot' }, reason: `${characters} need no table: the encoder's input weights are one.` };
    },
  },
  {
    key: 'model.encoder.type',
    source: PAPER,
    advise: () => ({
      value: 'lstm',
      reason: 'The encoder of the paper; a language model carries its state over the whole text, which a gate keeps.',
      alternatives: [{ value: 'gru', reason: 'a quarter fewer weights; not measured here.' }],
    }),
  },
  either('model.encoder.hiddenSize', 200, 128, '200 units for words as in the paper, 128 for characters as measured.'),
  either('training.epochs', 5, 5, 'Enough to see whether it learns; the curves say whether more help.'),
  either(
    'training.batchSize',
    32,
    32,
    'Parts of the text that are read side by side; the state of each is carried on.',
  ),
  either('training.sequenceLength', 20, 64, 'Gradients reach back 20 words as in the paper, or 64 characters.'),
  {
    key: 'training.optimizer',
    source: PAPER,
    advise: () => ({
      value: { type: 'adam', learningRate: 0.002 },
      reason: 'The rate that the benchmark of characters trains at; gatescope lr-find looks for a better one.',
    }),
  },
  either('training.clip.norm', 5, 5, 'Gradients through many steps may explode; 5 is the bound of the paper.'),
];
