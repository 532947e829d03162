// A text as a run's model reads it: cleaned and cut as the data was.
import { createPreparation } from '../data/cleaning.ts';
import { createPieceEncoder } from '../data/runningText.ts';
import { type EncodedTokens, UNK_ID } from '../text/types.ts';
import type { RunModel } from './runModel.ts';

type TextReader = Pick<RunModel, 'experiment' | 'tokenizer'>;

/** At least one token: a text without any is [UNK]. `truncated` counts those beyond the model's maximum. */
export function encodeText(run: TextReader, text: string): EncodedTokens & { truncated: number } {
  const { experiment, tokenizer } = run;
  if (experiment.task === 'languageModel') {
    const { ids, tokens } = encodeRunningText(run, text);
    if (ids.length > 0) return { ids, tokens, truncated: 0 };
    return { ids: Uint32Array.of(UNK_ID), tokens: [tokenizer.shown(UNK_ID)], truncated: 0 };
  }
  const { ids, tokens } = tokenizer.encode(createPreparation(experiment.text)(text));
  const { maxLength = ids.length } = experiment.text;
  const truncated = Math.max(0, ids.length - maxLength);
  return { ids: ids.slice(0, maxLength), tokens: tokens.slice(0, maxLength), truncated };
}

/** A text as a language model reads it, line by line. */
export function encodeRunningText({ experiment, tokenizer }: TextReader, text: string): EncodedTokens {
  const encode = createPieceEncoder(experiment.text, tokenizer);
  const lines = text.replace(/\r\n?/g, '\n').match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const encoded = lines.map(encode);
  return {
    tokens: encoded.flatMap(({ tokens }) => tokens),
    ids: Uint32Array.from(encoded.flatMap(({ ids }) => [...ids])),
  };
}
