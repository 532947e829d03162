// Which scripts the letters of texts are of. A table over the basic plane is made once, of Unicode's own property.

const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Thai',
] as const;
const OTHER = SCRIPTS.length + 1;
const PLANE = 1 << 16;

/** Number of the script of each code unit: 0 no letter, 1 and up `SCRIPTS`, then other letters. */
let table: Uint8Array | undefined;

function scriptTable(): Uint8Array {
  if (table) return table;
  table = new Uint8Array(PLANE);
  const patterns = SCRIPTS.map((script) => new RegExp(`^\\p{Script=${script}}$`, 'u'));
  for (let code = 0; code < PLANE; code++) {
    const char = String.fromCharCode(code);
    if (!/^\p{L}$/u.test(char)) continue;
    const script = patterns.findIndex((pattern) => pattern.test(char));
    table[code] = script < 0 ? OTHER : script + 1;
  }
  return table;
}

export class ScriptCounts {
  readonly #counts = new Float64Array(OTHER + 1);

  add(text: string): void {
    const scripts = scriptTable();
    for (let at = 0; at < text.length; at++) this.#counts[scripts[text.charCodeAt(at)]]++;
  }

  /** Of all letters, the largest first. */
  shares(): { script: string; share: number }[] {
    const total = this.#counts.reduce((sum, count, at) => (at === 0 ? 0 : sum + count), 0);
    return Array.from(this.#counts, (count, at) => ({ script: SCRIPTS[at - 1] ?? 'other', share: count / total }))
      .slice(1)
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share);
  }
}
