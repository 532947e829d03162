// A text that grows by a token at a time, in pieces that can be shown at once: bytes of a character that is not whole yet are held back.
import type { Tokenizer } from './types.ts';

/** Tokens that are looked back at: more than any character has bytes. */
const MAX_KEPT = 16;
const REPLACEMENT = '\uFFFD';

/** What each next token adds to the text of those before. */
export function createTextStream(tokenizer: Tokenizer, before: ArrayLike<number>): (id: number) => string {
  let ids = Array.from(before).slice(-1);
  let shown = tokenizer.decode(ids);
  return (id) => {
    ids.push(id);
    const text = tokenizer.decode(ids);
    if (text.endsWith(REPLACEMENT) && ids.length < MAX_KEPT) return '';
    const added = text.slice(shown.length);
    ids = [id];
    shown = tokenizer.decode(ids);
    return added;
  };
}
