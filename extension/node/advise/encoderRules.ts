// The model of a classifier: embedding, encoder, pooling, head.
import { grouped } from '../../util/words.ts';
import { ahead, inPoints } from './gains.ts';
import { instead, measured, type Rule } from './rule.ts';
import { type DatasetStatistics, percentile } from './statistics.ts';
import { tokenKind } from './textFor.ts';

const ENCODERS = 'Encoder and pooling';
const SIZES = 'Sizes';
const DROPOUT = 'Dropout';

/** Median of the tokens, up to which texts are short. */
const SHORT_MEDIAN = 10;

/** Which of the measured datasets are alike, and how their texts are pooled. */
function kindOf({ tokens }: DatasetStatistics) {
  const median = percentile(tokens, 0.5);
  return median <= SHORT_MEDIAN
    ? { median, pooling: 'last', other: 'max', on: ['trec', 'trec1000', 'names'], texts: 'short texts' }
    : { median, pooling: 'max', other: 'last', on: ['sst2', 'takeaway', 'hotels'], texts: 'longer texts' };
}

const SMALL = 'embedding 50, hidden 50';
const LARGE = 'embedding 100, hidden 100';
/** Rows from which a large model does not learn them by heart at once. */
const FEW_ROWS = 2000;

/** How large embedding and encoder are, and which of the measured datasets say so. */
function sizesFor({ rows }: DatasetStatistics) {
  return rows < FEW_ROWS
    ? { size: 50, on: ['trec1000'], texts: `There are few texts, ${grouped(rows)}` }
    : { size: 100, on: ['trec', 'sst2', 'names'], texts: `There are ${grouped(rows)} texts` };
}

/** As configs call an encoder, and as tables do. */
const NAMES = { rnn: 'RNN', gru: 'GRU', lstm: 'LSTM' } as const;

const DROPPED = 'embedding 0.2, head 0.5';
const WHOLE = 'embedding 0, head 0';

/** Words are many and learned by heart; characters are few, and each stands in every other text. */
function dropoutRule(key: string, ofWords: number): Rule {
  return {
    key,
    source: measured(DROPOUT),
    advise(facts) {
      const isCharacters = tokenKind(facts) === 'character';
      const [own, other, on] = isCharacters
        ? [WHOLE, DROPPED, ['names']]
        : [DROPPED, WHOLE, ['trec', 'trec1000', 'sst2']];
      const points = ahead(DROPOUT, own, other, on);
      return isCharacters
        ? {
            value: 0,
            reason: `On characters none gave ${inPoints(points, '0.2 on the embedding with 0.5 before the head')}.`,
          }
        : {
            value: ofWords,
            reason: `On words 0.2 on the embedding with 0.5 before the head gave ${inPoints(points, 'none')}.`,
          };
    },
  };
}

export const ENCODER_RULES: readonly Rule[] = [
  {
    key: 'model.embedding.size',
    source: measured(SIZES),
    isOfData: true,
    advise(facts) {
      const { size, on, texts } = sizesFor(facts);
      const [own, other] = size === 50 ? [SMALL, LARGE] : [LARGE, SMALL];
      const points = inPoints(ahead(SIZES, own, other, on), `${150 - size} and ${150 - size}`);
      return { value: size, reason: `${texts}: ${size} numbers a token and ${size} units gave ${points}.` };
    },
  },
  dropoutRule('model.embedding.dropout', 0.2),
  {
    key: 'model.encoder.type',
    source: measured(ENCODERS),
    isOfData: true,
    advise(facts) {
      const { pooling, on, texts } = kindOf(facts);
      const more = (cell: keyof typeof NAMES, than: string): string =>
        inPoints(ahead(ENCODERS, `BiGRU, ${pooling}`, `Bi${NAMES[cell]}, ${pooling}`, on), than);
      const other = (value: keyof typeof NAMES, also: string) =>
        instead(ENCODERS, `BiGRU, ${pooling}`, { variant: `Bi${NAMES[value]}, ${pooling}`, value, also, on });
      return {
        value: 'gru',
        reason: `On ${texts} a GRU gave ${more('lstm', 'an LSTM')} and ${more('rnn', 'a plain RNN')}.`,
        alternatives: [other('lstm', 'a third more weights'), other('rnn', 'a third of the weights')],
      };
    },
  },
  {
    key: 'model.encoder.hiddenSize',
    source: measured(SIZES),
    advise(facts) {
      const { size, on } = sizesFor(facts);
      const own = size === 50 ? SMALL : LARGE;
      const units = 150 - size;
      const rival = { variant: `embedding ${size}, hidden ${units}`, value: units, on };
      // An encoder has about G H (E + H) weights, here with the E that is advised.
      const also = units < size ? "three eighths of the encoder's weights" : "three times the encoder's weights";
      return {
        value: size,
        reason: `On ${size} numbers a token ${size} units gave ${inPoints(ahead(SIZES, own, rival.variant, on), String(units))}.`,
        alternatives: [instead(SIZES, own, { ...rival, also })],
      };
    },
  },
  {
    key: 'model.encoder.layers',
    source: measured('Layers'),
    advise: () => ({
      value: 1,
      reason: `A second layer gave ${inPoints(ahead('Layers', '2', '1'))}, for two and a half times the encoder's weights.`,
    }),
  },
  {
    key: 'model.encoder.bidirectional',
    source: measured(ENCODERS),
    advise(facts) {
      const { pooling } = kindOf(facts);
      const points = ahead(ENCODERS, `BiGRU, ${pooling}`, `GRU, ${pooling}`);
      return {
        value: true,
        reason: `Reading from both ends gave ${inPoints(points, 'from the start alone')}.`,
        alternatives: [{ value: false, reason: `half of the encoder's weights; ${inPoints(-points)}.` }],
      };
    },
  },
  {
    key: 'model.pooling',
    source: measured(ENCODERS),
    isOfData: true,
    advise(facts) {
      const { median, pooling, other, on } = kindOf(facts);
      const points = ahead(ENCODERS, `BiGRU, ${pooling}`, `BiGRU, ${other}`, on);
      const than = pooling === 'last' ? 'the largest value of each unit' : 'the last state';
      const rivals = [other, 'mean', 'attention'].map((value) =>
        instead(ENCODERS, `BiGRU, ${pooling}`, { variant: `BiGRU, ${value}`, value, on }),
      );
      return {
        value: pooling,
        reason: `Half of the texts have up to ${median} tokens; where that is so "${pooling}" gave ${inPoints(points, than)}.`,
        alternatives: rivals,
      };
    },
  },
  dropoutRule('model.head.dropout', 0.5),
];
