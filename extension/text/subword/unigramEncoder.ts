// The most probable tokens of a piece under a unigram model. Ours and not the library's, which rounds other sums and so parts from Python at ties.
// Invariant: sums, comparisons and their order are those of `encode_optimized` in Hugging Face's tokenizers.
import { PieceTrie } from './pieceTrie.ts';

/** Below the least probable token: what a character counts that is no token. */
const UNKNOWN_PENALTY = 10;
const CODE_POINTS = 0x110000;

/** Ids of a piece; neighbours that are unknown are one. `vocab` by id, each with the logarithm of its probability. */
export function createUnigramEncoder(
  vocab: readonly (readonly [token: string, score: number])[],
  unknownId: number,
): (piece: string) => number[] {
  const trie = new PieceTrie(
    vocab.map(([token]) => codePoints(token)),
    CODE_POINTS,
  );
  const unknownScore =
    vocab.reduce((least, [, score]) => Math.min(least, score), Number.POSITIVE_INFINITY) - UNKNOWN_PENALTY;
  return (piece) => {
    const text = codePoints(piece);
    const scores = new Float64Array(text.length + 1).fill(Number.NEGATIVE_INFINITY);
    const tokens = new Int32Array(text.length + 1);
    const starts = new Int32Array(text.length + 1);
    scores[0] = 0;
    for (let start = 0; start < text.length; start++) {
      let hasSingle = false;
      const offer = (end: number, token: number, score: number): void => {
        const sum = score + scores[start];
        if (sum <= scores[end]) return;
        scores[end] = sum;
        tokens[end] = token;
        starts[end] = start;
      };
      for (let node = 0, end = start; end < text.length; ) {
        node = trie.child(node, text[end++]);
        if (node === 0) break;
        const token = trie.pieceAt(node);
        if (token < 0) continue;
        offer(end, token, vocab[token][1]);
        hasSingle ||= end === start + 1;
      }
      if (!hasSingle) offer(start + 1, unknownId, unknownScore);
    }
    return backward(tokens, starts, unknownId);
  };
}

/** The tokens that end at the end of the text and at the start of the token behind them; of several unknown ones in a row one. */
function backward(tokens: Int32Array, starts: Int32Array, unknownId: number): number[] {
  const ids: number[] = [];
  for (let end = tokens.length - 1; end > 0; end = starts[end]) {
    const isRepeated = tokens[end] === unknownId && ids.at(-1) === unknownId;
    if (!isRepeated) ids.push(tokens[end]);
  }
  return ids.reverse();
}

const codePoints = (text: string): Int32Array => Int32Array.from(text, (character) => character.codePointAt(0) ?? 0);
