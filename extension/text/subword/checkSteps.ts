// The steps around the model of a tokenizer.json: which are known, which give the same as Python `tokenizers`, and whether their regular expressions
// are harmless. Invariant: nothing reaches the library that is not named here.
import { WORD_TOKENIZERS } from '../patterns.ts';
import { splitStep } from '../splitStep.ts';
import { regexCost } from './regexCost.ts';
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
/** GPT-4's, Llama's and DeepSeek's have two. */
const MAX_REPETITIONS = 3;

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
  if (type === 'FixedLength' && !(Number.isInteger(step.length) && Number(step.length) > 0))
    throw unreadable('a step cuts texts at a length that is no positive integer');
  if (type === 'Split' || type === 'Replace') checkPattern(pattern);
}

/** Of words; what is repeated there begins with a mark that no repetition takes. */
const OURS: readonly string[] = WORD_TOKENIZERS.flatMap((type) =>
  [false, true].map((keepsLineBreaks) => splitStep({ type, keepsLineBreaks }).pattern.Regex),
);

function checkPattern(pattern: unknown): void {
  if (!isRecord(pattern)) throw unreadable('a step has no pattern');
  const { Regex: regex, String: text } = pattern;
  if (regex === undefined && typeof text === 'string') return;
  if (typeof regex !== 'string' || regex.length > MAX_PATTERN)
    throw unsupported(`a regular expression of more than ${MAX_PATTERN} characters`);
  if (OURS.includes(regex)) return;
  const { repeatsVariants, repetitions } = regexCost(regex);
  const shown = regex.slice(0, 100);
  if (repeatsVariants) throw unsupported(`a regular expression that repeats a repetition or alternatives, ${shown}`);
  if (repetitions > MAX_REPETITIONS)
    throw unsupported(`a regular expression with more than ${MAX_REPETITIONS} repetitions one after another, ${shown}`);
}

/** Whether texts go through a regular expression that is not ours. */
export function hasForeignPattern(file: object): boolean {
  const parts = file as Record<string, unknown>;
  return KINDS.flatMap((kind) => stepsOf(parts[kind])).some(({ pattern }) => {
    const regex = isRecord(pattern) ? pattern.Regex : undefined;
    return regex !== undefined && !OURS.includes(String(regex));
  });
}
