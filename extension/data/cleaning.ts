// Cleaning steps that come before the tokenizer. A run's tokenizer.json takes text that was cleaned like this:
// only lower-casing asked for by the tokenizer itself lives in that file. Every step takes linear time.
import { decodeHTML } from 'entities';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { CleaningStep } from '../schema/textSection.ts';
import { segment } from '../text/segmenter.ts';

const STEPS: Readonly<Record<CleaningStep, (text: string) => string>> = {
  nfc: (text) => text.normalize('NFC'),
  nfkc: (text) => text.normalize('NFKC'),
  lowercase: (text) => text.toLowerCase(),
  stripHtml: (text) => decodeHTML(stripTags(text)),
  collapseWhitespace: (text) => text.replace(/\s+/gu, ' ').trim(),
  stripAccents: (text) =>
    text
      .normalize('NFD')
      .replace(/\p{Mn}+/gu, '')
      .normalize('NFC'),
  replaceUrls: (text) => text.replace(/\b(?:https?:\/\/|www\.)[^\s<>"]+/giu, replaceUrl),
  replaceNumbers: (text) => text.replace(/\p{N}+(?:[.,]\p{N}+)*/gu, '<num>'),
};

/** What comes before the tokenizer: all cleaning steps, and spaces between Chinese words where a segmenter is asked for. */
export function createPreparation({ cleaning, tokenizer }: ResolvedExperiment['text']): (text: string) => string {
  const clean = createCleaner(cleaning);
  const isSegmented = 'segmenter' in tokenizer && tokenizer.segmenter !== undefined;
  return isSegmented ? (text) => segment(clean(text)) : clean;
}

/** All steps, in their order. */
export function createCleaner(steps: readonly CleaningStep[]): (text: string) => string {
  const functions = steps.map((step) => STEPS[step]);
  return (text) => functions.reduce((cleaned, clean) => clean(cleaned), text);
}

/** Punctuation that ends a sentence or closes a bracket is not part of an address. */
function replaceUrl(url: string): string {
  return `<url>${/[.,;:!?)\]}'’]*$/.exec(url)?.[0] ?? ''}`;
}

/** Elements inside a line of text: taking their tags away must not cut a word in two. */
const INLINE = new Set([
  'a',
  'abbr',
  'b',
  'code',
  'em',
  'font',
  'i',
  'mark',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
]);
/** Elements whose content is no text. */
const OPAQUE = new Set(['script', 'style']);

/** Removes comments, tags, and the bodies of scripts and styles. A `<` that opens nothing stays. */
function stripTags(text: string): string {
  // Only ASCII: the places of all other letters must stay.
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const find = createForwardFinder(lower);
  const parts: string[] = [];
  let from = 0;
  for (let open = text.indexOf('<'); open >= 0; open = text.indexOf('<', Math.max(open + 1, from))) {
    const end = text.startsWith('<!--', open) ? find('-->', open + 4) : tagEnd(text, open, find);
    if (end === undefined) continue;
    const name = /^<\/?([a-z][a-z0-9]*)/.exec(lower.slice(open, open + 32))?.[1] ?? '';
    parts.push(text.slice(from, open), INLINE.has(name) ? '' : ' ');
    const isOpaque = OPAQUE.has(name) && text[open + 1] !== '/';
    const bodyEnd = isOpaque ? find(`</${name}`, end) : undefined;
    from = bodyEnd === undefined ? end : (find('>', bodyEnd) ?? bodyEnd);
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(from);
}

function tagEnd(text: string, open: number, find: Finder): number | undefined {
  return /^<(?:\/?[a-zA-Z]|[!?])/.test(text.slice(open, open + 3)) ? find('>', open + 1) : undefined;
}

/** The position after the next `needle`; a needle that was not found once is never looked for again. */
type Finder = (needle: string, from: number) => number | undefined;

function createForwardFinder(text: string): Finder {
  const missing = new Set<string>();
  return (needle, from) => {
    if (missing.has(needle)) return undefined;
    const at = text.indexOf(needle, from);
    if (at < 0) missing.add(needle);
    return at < 0 ? undefined : at + needle.length;
  };
}
