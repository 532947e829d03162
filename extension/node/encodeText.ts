// A text as a run's model reads it: cleaned and cut as the data was.
import { createCleaner } from '../data/cleaning.ts';
import { createPieceSplitter } from '../data/runningText.ts';
import { UNK_TOKEN } from '../text/types.ts';
import type { RunModel } from './runModel.ts';

type TextReader = Pick<RunModel, 'experiment' | 'tokenizer'>;

export interface EncodedTokens {
  ids: Uint32Array;
  tokens: string[];
}

/** At least one token: a text without any is [UNK]. `truncated` counts those beyond the model's maximum. */
export function encodeText(run: TextReader, text: string): EncodedTokens & { truncated: number } {
  const { experiment, tokenizer } = run;
  if (experiment.task === 'languageModel') {
    const { ids, tokens } = encodeRunningText(run, text);
    if (ids.length > 0) return { ids, tokens, truncated: 0 };
    return { ids: Uint32Array.of(tokenizer.id(UNK_TOKEN)), tokens: [UNK_TOKEN], truncated: 0 };
  }
  const { ids, tokens } = tokenizer.encode(createCleaner(experiment.text.cleaning)(text));
  const { maxLength = ids.length } = experiment.text;
  const truncated = Math.max(0, ids.length - maxLength);
  return { ids: ids.slice(0, maxLength), tokens: tokens.slice(0, maxLength), truncated };
}

/** A text as a language model reads it, line by line. */
export function encodeRunningText({ experiment, tokenizer }: TextReader, text: string): EncodedTokens {
  const split = createPieceSplitter(experiment.text);
  const lines = text.replace(/\r\n?/g, '\n').match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const tokens = lines.flatMap((line) => split(line));
  return { tokens, ids: Uint32Array.from(tokens, (token) => tokenizer.id(token)) };
}
