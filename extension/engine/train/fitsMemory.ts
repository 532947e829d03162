// Whether a model can be trained at all, before anything is allocated for it.
import { UserError } from '../../util/userError.ts';
import { currentMachine } from '../backend/gatescopeBackend.ts';
import { countParameters } from '../params/parameterPlan.ts';
import type { TrainerOptions } from '../types.ts';
import { stateSize } from './optimizers.ts';

/** What plain TypeScript may take for weights and optimizer state: as much as would fit a machine's memory twice. */
const PLAIN_BYTES = 2 ** 33;

/** Throws UserError `engine.outOfMemory` where the weights and what the optimizer keeps of them are more than the memory holds. */
export function checkFitsMemory(
  options: Pick<TrainerOptions, keyof Parameters<typeof countParameters>[0] | 'training'>,
): void {
  const { total } = countParameters(options);
  const bytes = 4 * total * (1 + stateSize(options.training.optimizer));
  const limit = currentMachine()?.arena.use.maxBytes ?? PLAIN_BYTES;
  if (bytes <= limit) return;
  const gib = (size: number): string => `${(size / 2 ** 30).toFixed(1)} GiB`;
  throw new UserError({
    code: 'engine.outOfMemory',
    message: `The model has ${total.toLocaleString('en-US')} parameters: with the optimizer's state ${gib(bytes)}, and the engine has ${gib(limit)}.`,
    remedy:
      'Lower model.encoder.hiddenSize, model.encoder.layers, model.embedding.size or text.tokenizer.maxVocabulary.',
  });
}
