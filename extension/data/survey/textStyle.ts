// What one sees at a glance of how texts are written. Looked at in the first rows of each part only: it is a matter of style, not of rows.

/** Rows of a part that are looked at. */
export const STYLE_ROWS = 100_000;

/** Code -> whether a text shows it. */
export const SIGNS: Readonly<Record<string, RegExp>> = {
  'dataset.placeholder': /<unk>|\[UNK\]|<UNK>/,
  'dataset.markup': /<br\s*\/?>|<\/?(?:p|div|span|a|i|b)\b[^>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+);/i,
  'dataset.accents': /[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]/,
  'dataset.combining': /\p{L}\p{Mn}/u,
  'dataset.mojibake': /[ÃÂ][\u0080-\u00bf]|â€[\u0098-\u009d™œ]/,
};

/** Characters that only one of the two ways of writing Chinese has, in pairs: simplified, traditional. */
const CHINESE_PAIRS =
  '们們这這个個说說国國时時为為会會来來对對学學过過还還没沒样樣开開关關东東车車书書长長见見问問间間马馬话話语語读讀写寫钱錢爱愛买買卖賣吃吃听聽让讓给給头頭气氣电電岁歲饭飯应應该該觉覺谁誰难難边邊';
const [SIMPLIFIED, TRADITIONAL] = [0, 1].map((side) => {
  const own = [...CHINESE_PAIRS].filter((char, at) => at % 2 === side && char !== [...CHINESE_PAIRS][at ^ 1]);
  return new RegExp(`[${own.join('')}]`);
});

export class TextStyle {
  readonly #counts = new Map<string, number>();
  rows = 0;

  add(whole: string): void {
    this.rows++;
    const text = whole.trimEnd();
    for (const [code, sign] of Object.entries(SIGNS)) if (sign.test(text)) this.#count(code);
    if (/[A-Z]/.test(text)) this.#count('upper');
    if (/[a-z]/.test(text)) this.#count('lower');
    if (/ [.,!?](?: |$)/.test(text)) this.#count('apart');
    if (/\S[.,!?](?:\s|$)/.test(text)) this.#count('attached');
    if (SIMPLIFIED.test(text)) this.#count('simplified');
    if (TRADITIONAL.test(text)) this.#count('traditional');
  }

  #count(code: string): void {
    this.#counts.set(code, this.count(code) + 1);
  }

  count(code: string): number {
    return this.#counts.get(code) ?? 0;
  }

  /** Whether the texts have letters that could be upper case, and none is. */
  get isLowerCase(): boolean {
    return this.count('upper') === 0 && this.count('lower') > this.rows / 2;
  }

  /** Whether punctuation stands apart from words, as tokenizers of the field leave it. */
  get isTokenised(): boolean {
    return this.count('apart') > this.rows / 4 && this.count('apart') > 10 * this.count('attached');
  }
}
