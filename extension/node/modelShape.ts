// The shape of an experiment's model, once labels and vocabulary are known.
import type { ModelShape } from '../engine/types.ts';
import type { ResolvedExperiment } from '../schema/resolved.ts';
import type { Tokenizer } from '../text/types.ts';

export function modelShape(
  { task, model }: Pick<ResolvedExperiment, 'task' | 'model'>,
  { labels, tokenizer: { vocabularySize } }: { labels: readonly string[]; tokenizer: Tokenizer },
): ModelShape {
  return { model, vocabularySize, classCount: task === 'languageModel' ? vocabularySize : labels.length };
}
