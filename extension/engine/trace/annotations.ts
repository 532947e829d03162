// What is known of each token of a text beside its place in the network: what units can be correlated with.
// All are of the moment after the token is read: an opening bracket is inside, a closing one is outside.

/** Numbers of one text, [T] each. */
export interface Annotations {
  position: Float32Array;
  bracketDepth: Float32Array;
  insideQuotes: Float32Array;
  tokenLength: Float32Array;
}

export const ANNOTATION_KINDS = ['position', 'bracketDepth', 'insideQuotes', 'tokenLength'] as const;

const OPENING = '([{';
const CLOSING = ')]}';
/** Quotes that open, and those that close; the straight one does either. Apostrophes are none. */
const OPENING_QUOTES = new Set(['“', '„', '«']);
const CLOSING_QUOTES = new Set(['”', '»']);

export function annotate(tokens: readonly string[]): Annotations {
  const { length } = tokens;
  const annotations: Annotations = {
    position: new Float32Array(length),
    bracketDepth: new Float32Array(length),
    insideQuotes: new Float32Array(length),
    tokenLength: new Float32Array(length),
  };
  let depth = 0;
  let isInside = false;
  for (const [at, token] of tokens.entries()) {
    const characters = Array.from(token);
    for (const character of characters) {
      if (OPENING.includes(character)) depth++;
      else if (CLOSING.includes(character)) depth = Math.max(0, depth - 1);
      else if (character === '"') isInside = !isInside;
      else if (OPENING_QUOTES.has(character)) isInside = true;
      else if (CLOSING_QUOTES.has(character)) isInside = false;
    }
    annotations.position[at] = at;
    annotations.bracketDepth[at] = depth;
    annotations.insideQuotes[at] = isInside ? 1 : 0;
    annotations.tokenLength[at] = characters.length;
  }
  return annotations;
}
