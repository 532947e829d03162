// How the outputs of a file's encoder become one vector a text: by its attention, by what its config says, or by what is assumed aloud.
import type { PoolingName, ResolvedEncoder } from '../../../schema/resolved.ts';
import type { NamedTensor } from '../../types.ts';
import type { FoundModel, Source } from './foundModel.ts';
import { shapeAfter } from './steps.ts';

/** What lies below head and attention; the first layer reads `inputSize` numbers a token. */
export interface Below {
  encoder: ResolvedEncoder;
  inputSize: number;
}

/** D: numbers a token that the encoder gives. */
export const widthOf = ({ hiddenSize, bidirectional }: ResolvedEncoder): number => hiddenSize * (bidirectional ? 2 : 1);

export interface PoolingPlan {
  kind: PoolingName;
  /** Weight [1, D]; of the kind `attention`. */
  attention?: Source;
  /** Tensors of the file that need no place. */
  idle: readonly NamedTensor[];
  reservations: string[];
  /** Of use where the task pools. */
  notes: string[];
}

const NO_ATTENTION = 'There is no attention over the encoder’s outputs in the file.';
const ASSUMED =
  'The file does not say how outputs become one vector a text: pooling "last" is assumed, the final state.';

/** What was asked for, else what the file has, else the usual one. A language model has none. */
export function planPooling(
  found: FoundModel,
  below: Below,
  { pooling, task }: { pooling?: PoolingName; task?: string },
): PoolingPlan {
  const fits = found.attention && shapeAfter(found.attention).join() === `1,${widthOf(below.encoder)}`;
  const isWanted = task !== 'languageModel' && (pooling ?? 'attention') === 'attention';
  const attention = fits && isWanted ? found.attention : undefined;
  const kind = pooling ?? (attention ? 'attention' : found.pooling);
  const misfits = isWanted && found.attention && !fits ? [readsOther(found.attention, below)] : [];
  const isMissing = pooling === 'attention' && !found.attention;
  return {
    kind: kind ?? 'last',
    ...(attention && { attention }),
    idle: attention ? (found.idle ?? []) : [],
    reservations: isMissing ? [NO_ATTENTION] : misfits,
    notes: kind === undefined ? [ASSUMED] : [],
  };
}

/** Why a layer [out, in] cannot lie over the encoder. */
export function readsOther({ tensor, steps }: Source, { encoder, inputSize }: Below): string {
  const [, inputs] = shapeAfter({ tensor, steps });
  const width = widthOf(encoder);
  const reads = `"${tensor.name}" reads ${inputs} numbers, but the encoder gives ${width}`;
  if (inputs !== inputSize + encoder.layers * width) return `${reads}.`;
  const parts = `those of the embedding (${inputSize}) and of all layers (${encoder.layers} × ${width}) side by side`;
  return `${reads}: it reads ${parts}, and no model here joins layers.`;
}
