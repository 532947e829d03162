// Counts the tokens of a dataset's training part as its texts would be cut. Reads all rows once; kept are the length of each text and the count of
// each different token.
import { createPreparation } from '../../data/cleaning.ts';
import { GrowingNumbers } from '../../data/dataset/growingNumbers.ts';
import type { PlacedDataset } from '../../data/dataset/openDataset.ts';
import { createLearner } from '../../data/learnedText.ts';
import { createPieceCleaner } from '../../data/runningText.ts';
import type { LoadOptions } from '../dataReader.ts';
import { loadSegmenter } from '../segmenter.ts';
import { trainingTexts } from '../trainTokenizer.ts';
import type { TokenFacts } from './statistics.ts';
import type { TextSettings } from './textFor.ts';

/** Different tokens that are held; more than this is no vocabulary of words. */
const MAX_TYPES = 1_000_000;

/** Throws CancelledError, and DataError for files that cannot be read. */
export async function countTokens(
  dataset: PlacedDataset,
  text: TextSettings,
  options: LoadOptions,
): Promise<TokenFacts> {
  const { tokenizer } = text;
  await loadSegmenter(tokenizer);
  const keepsLineBreaks = dataset.manifest.kind === 'text';
  const prepare = keepsLineBreaks ? createPieceCleaner(text) : createPreparation(text);
  const learner = createLearner(tokenizer, { keepsLineBreaks });
  const counts = new Map<string, number>();
  const lengths = new GrowingNumbers();
  let total = 0;
  for await (const one of trainingTexts(dataset, options)) {
    const tokens = learner.cut(prepare(one));
    lengths.add(tokens.length);
    total += tokens.length;
    for (const token of tokens) {
      const count = counts.get(token);
      if (count !== undefined || counts.size < MAX_TYPES) counts.set(token, (count ?? 0) + 1);
    }
  }
  let once = 0;
  for (const count of counts.values()) if (count === 1) once++;
  const sorted = lengths.view().slice().sort();
  return { lengths: sorted, total, types: counts.size, once };
}
