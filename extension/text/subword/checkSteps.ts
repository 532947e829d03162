// The steps around the model of a tokenizer.json: which are known, which give the same as Python `tokenizers`, and whether their regular expressions
// are harmless. Invariant: nothing reaches the library that is not named here.
import { WORD_TOKENIZERS } from '../patterns.ts';
import { splitStep } from '../splitStep.ts';
import { unreadable, unsupported } from './tokenizerErrors.ts';

const KNOWN = {
  normalizer: 'BertNormalizer Precompiled Sequence Replace NFC NFD NFKC NFKD Strip StripAccents Lowercase Prepend',
  pre_tokenizer:
    'BertPreTokenizer Sequence Whitespace WhitespaceSplit Metaspace ByteLevel Split Punctuation Digits Replace FixedLength',
  decoder: 'ByteLevel WordPiece Metaspace BPEDecoder CTC Sequence Replace Fuse Strip ByteFallback',
} as const;
type StepKind = keyof typeof KNOWN;
const KINDS = Object.keys(KNOWN) as StepKind[];

const MAX_STEPS = 64;
const MAX_PATTERN = 2000;
const MAX_TEXT = 10_000_000;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws UserError `tokenizer.unreadable` or `tokenizer.unsupported`. */
export function checkSteps(file: Readonly<Record<string, unknown>>): void {
  for (const kind of KINDS) for (const step of stepsOf(file[kind])) checkStep(kind, step);
}

/** Steps of which some strings are cut or changed otherwise than in Python (measured: test/golden/tokenizers). */
const DIFFERING = ['Punctuation', 'Digits', 'Whitespace', 'Precompiled', 'Strip'];

/** What of a file may give other ids than Python `tokenizers` on some texts. */
export function differingSteps(file: object): string[] {
  const parts = file as Record<string, unknown>;
  const steps = [...stepsOf(parts.normalizer), ...stepsOf(parts.pre_tokenizer)];
  const found = steps.flatMap(({ type, behavior }) => {
    if (type === 'Split' && typeof behavior === 'string' && !/^(removed|isolated)$/i.test(behavior))
      return [`Split ${behavior}`];
    return DIFFERING.includes(String(type)) ? [String(type)] : [];
  });
  return [...new Set(found)];
}

/** A step, or those of a sequence, one after another. */
function stepsOf(value: unknown, depth = 0): Record<string, unknown>[] {
  if (value === undefined || value === null) return [];
  if (!isRecord(value) || depth > MAX_STEPS) throw unreadable('one of its steps is not an object');
  const inner = value.normalizers ?? value.pretokenizers ?? value.decoders;
  if (value.type !== 'Sequence') return [value];
  if (!Array.isArray(inner) || inner.length > MAX_STEPS)
    throw unreadable('a sequence of steps is no list of at most 64');
  return inner.flatMap((one) => stepsOf(one, depth + 1));
}

function checkStep(kind: StepKind, step: Record<string, unknown>): void {
  const { type, pattern } = step;
  if (typeof type !== 'string' || !KNOWN[kind].split(' ').includes(type))
    throw unsupported(`the ${kind.replace('_', '-')} ${JSON.stringify(type)?.slice(0, 100)}`);
  for (const value of Object.values(step)) {
    if (typeof value === 'string' && value.length > MAX_TEXT) throw unreadable('a step has a text of more than 10 MB');
  }
  if (isRecord(pattern) && pattern.Regex !== undefined) checkPattern(pattern.Regex);
}

/** A repetition of what is repeated itself may take longer than the universe on some text. */
const NESTED = /[+*}]\)[+*{]/;
/** Of words; what is repeated there begins with a mark that no repetition takes. */
const OURS: readonly string[] = WORD_TOKENIZERS.flatMap((type) =>
  [false, true].map((keepsLineBreaks) => splitStep({ type, keepsLineBreaks }).pattern.Regex),
);

function checkPattern(pattern: unknown): void {
  if (typeof pattern !== 'string' || pattern.length > MAX_PATTERN)
    throw unsupported(`a regular expression of more than ${MAX_PATTERN} characters`);
  if (NESTED.test(pattern) && !OURS.includes(pattern))
    throw unsupported(`a regular expression that repeats a repetition, ${pattern.slice(0, 100)}`);
}
