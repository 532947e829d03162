// How each kind of subword tokenizer normalizes and cuts texts, as tokenizer.json says it.
// Only steps with which Python `tokenizers` and @huggingface/tokenizers agree on every string (test/golden/tokenizers).
import type { SubwordType } from '../../schema/resolved.ts';
import { splitStep } from '../splitStep.ts';

export interface CuttingSettings {
  type: SubwordType;
  lowercase: boolean;
  /** A line feed is a piece of its own: the end of a line, in running text. */
  keepsLineBreaks?: boolean;
}

export const WORDPIECE_PREFIX = '##';
const metaspace = (scheme: 'always' | 'never') => ({
  type: 'Metaspace',
  replacement: '▁',
  prepend_scheme: scheme,
  split: true,
});
const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const LINES = { type: 'Split', pattern: { String: '\n' }, behavior: 'Isolated', invert: false };

/** The steps of a tokenizer.json around its model. */
export function cuttingSteps({ type, lowercase, keepsLineBreaks = false }: CuttingSettings) {
  const withLines = (step: object): object =>
    keepsLineBreaks ? { type: 'Sequence', pretokenizers: [LINES, step] } : step;
  const normalizer = lowercase ? { type: 'Lowercase' } : null;
  switch (type) {
    case 'bpe':
      return { normalizer, pre_tokenizer: withLines(BYTE_LEVEL), decoder: BYTE_LEVEL };
    case 'wordpiece':
      return {
        normalizer,
        pre_tokenizer: splitStep({ type: 'word', keepsLineBreaks }),
        decoder: { type: 'WordPiece', prefix: WORDPIECE_PREFIX, cleanup: false },
      };

    case 'unigram': {
      // Where lines go on, what is written again is the very text: a space before the first word would be one too many.
      const step = metaspace(keepsLineBreaks ? 'never' : 'always');
      return { normalizer, pre_tokenizer: withLines(step), decoder: step };
    }
  }
}
