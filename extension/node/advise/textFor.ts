// How texts are best cut into tokens. The rules of `text` give the reasons; statistics are counted so before they speak.
import type { LearnedTokenizer } from '../../schema/resolved.ts';
import type { CleaningStep } from '../../schema/textSection.ts';
import type { TextFacts } from './statistics.ts';

/** Texts with fewer characters (95 % of them) are names or codes: what is in them are letters, not words. */
const SHORT_CHARACTERS = 20;
/** The same in Chinese, where a character says more. */
const SHORT_CHINESE = 6;
/** Of the letters: from then on a text is Chinese. */
const CHINESE = 0.5;
/** Of the texts: from then on HTML is no accident. */
const MARKUP = 0.05;

export type TokenKind = 'character' | 'segmented' | 'whitespace' | 'word';

export function tokenKind({ task, characters, isTokenised, hasPlaceholders, chineseShare }: TextFacts): TokenKind {
  if (task === 'languageModel') return isTokenised || hasPlaceholders ? 'whitespace' : 'character';
  const isChinese = chineseShare > CHINESE;
  if (characters.p95 < (isChinese ? SHORT_CHINESE : SHORT_CHARACTERS)) return 'character';
  if (isChinese) return 'segmented';
  return isTokenised ? 'whitespace' : 'word';
}

export interface TextSettings {
  cleaning: CleaningStep[];
  tokenizer: LearnedTokenizer;
}

export function textFor(facts: TextFacts): TextSettings {
  const kind = tokenKind(facts);
  const isClassifier = facts.task === 'classification';
  const tokenizer: LearnedTokenizer = {
    type: kind === 'segmented' ? 'word' : kind,
    ...(kind === 'segmented' && { segmenter: 'jieba' }),
    lowercase: isClassifier && (kind === 'word' || kind === 'whitespace'),
    minFrequency: 1,
    maxVocabulary: 100_000,
  };
  return { cleaning: isClassifier && facts.markupShare >= MARKUP ? ['stripHtml'] : [], tokenizer };
}
