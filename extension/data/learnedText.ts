// How training data becomes ids where the vocabulary is to be learned from it: cut into pieces that are counted, then the vocabulary, then ids.
import { isSubword, type ResolvedTokenizer } from '../schema/resolved.ts';
import { createSplitter } from '../text/splitters.ts';
import type { Turn } from '../text/subword/learning.ts';
import { createCutter, learnSubwords } from '../text/subword/learnSubwords.ts';
import type { SubwordTokenizer } from '../text/subword/subwordTokenizer.ts';
import { createTokenizer } from '../text/tokenizer.ts';
import { type Tokenizer, UNK_ID, UNK_TOKEN } from '../text/types.ts';
import type { KnownVocabulary } from '../text/vocabulary.ts';
import type { ProvisionalIds } from './provisionalIds.ts';

export interface LearnedIds {
  tokenizer: Tokenizer;
  /** By provisional id: the id of that piece, or its ids where there may be several. */
  idsOf: Uint32Array | readonly Uint32Array[];
}

export interface TextLearner {
  /** The first `limit` pieces of a text; a piece makes at least one token. */
  cut(text: string, limit?: number): string[];
  /** `counts[id]`: how often a piece stands in the training part. Throws what `turn` throws. */
  learn(pieces: ProvisionalIds, counts: Uint32Array, turn: Turn): Promise<LearnedIds>;
}

export function createLearner(
  tokenizer: ResolvedTokenizer,
  { keepsLineBreaks = false, known }: { keepsLineBreaks?: boolean; known?: KnownVocabulary },
): TextLearner {
  if ('file' in tokenizer) throw new Error('The tokenizer of a file is not learned');
  const { type } = tokenizer;
  if (isSubword(type)) return subwordLearner({ ...tokenizer, type, keepsLineBreaks });
  // A segmenter has put spaces between words.
  const settings = {
    type: tokenizer.segmenter ? 'whitespace' : type,
    lowercase: tokenizer.lowercase,
    keepsLineBreaks,
  } as const;
  const splitter = createSplitter(settings);
  return {
    cut: (text, limit) => splitter.split(text, limit),
    async learn(pieces, counts) {
      const { vocabulary, finalIds } = pieces.finish(counts, tokenizer, known);
      return { tokenizer: createTokenizer(settings, vocabulary), idsOf: finalIds };
    },
  };
}

function subwordLearner(settings: Parameters<typeof learnSubwords>[0]): TextLearner {
  const cut = createCutter(settings);
  return {
    cut: (text, limit) => cut(text).slice(0, limit),
    async learn(pieces, counts, turn) {
      const idsOf = (piece: string, tokenizer: SubwordTokenizer): Uint32Array =>
        // What stands for a text without tokens is no piece of the data.
        piece === UNK_TOKEN ? Uint32Array.of(UNK_ID) : tokenizer.idsOfPiece(piece);
      const seen = Array.from(pieces.keys(), (piece, id): [string, number] => [piece, counts[id]]);
      const tokenizer = await learnSubwords(
        settings,
        seen.filter(([piece, count]) => count > 0 && piece !== UNK_TOKEN),
        turn,
      );
      return { tokenizer, idsOf: seen.map(([piece]) => idsOf(piece, tokenizer)) };
    },
  };
}
