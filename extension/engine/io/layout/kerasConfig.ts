// What a Keras or TensorFlow.js config says of the layers: their order, and what they compute that weights do not tell. The config is a
// stranger's JSON: whatever is not as expected is as if it were not there.
import { isRecord } from '../parseJson.ts';
import { LIMITS } from '../weightsFile.ts';

export interface KerasLayer {
  className: string;
  name: string;
  config: Record<string, unknown>;
  /** The layer within a Bidirectional. */
  inner?: KerasLayer;
}

/** Layers of a Sequential or Functional model in order; undefined where there is no such config. */
export function layersOf(config: unknown): KerasLayer[] | undefined {
  const layers = layerList(config, 0);
  return layers && layers.length > 0 ? layers : undefined;
}

function layerList(value: unknown, depth: number): KerasLayer[] | undefined {
  if (!isRecord(value) || depth > 8) return undefined;
  // Files keep the model itself, a topology around it, or the bare list.
  for (const key of ['model_config', 'config', 'layers']) {
    const inner = value[key];
    if (Array.isArray(inner)) return inner.slice(0, LIMITS.tensors).flatMap((layer) => toLayer(layer) ?? []);
    const found = layerList(inner, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function toLayer(value: unknown): KerasLayer | undefined {
  if (!isRecord(value) || typeof value.class_name !== 'string' || !isRecord(value.config)) return undefined;
  const { class_name: className, config } = value;
  const name = typeof config.name === 'string' ? config.name : '';
  const inner = toLayer(config.layer);
  return { className, name, config, ...(inner && { inner }) };
}

const RECURRENT = /^(CuDNN)?(LSTM|GRU|SimpleRNN)$/;

/** The recurrent layer itself, also within a Bidirectional. */
export function recurrentOf({ className, inner, ...layer }: KerasLayer): KerasLayer | undefined {
  if (RECURRENT.test(className)) return { className, ...layer };
  return className === 'Bidirectional' && inner && RECURRENT.test(inner.className) ? inner : undefined;
}

/** Why a recurrent layer computes something else than ours; empty where it does not. */
export function differencesOf(layer: KerasLayer): string[] {
  const cell = recurrentOf(layer);
  if (!cell) return [];
  const { className, config } = cell;
  const isRnn = className.endsWith('SimpleRNN');
  const expected: [string, unknown, readonly unknown[]][] = [
    ['activation', config.activation, isRnn ? ['tanh', 'relu'] : ['tanh']],
    ['recurrent_activation', config.recurrent_activation, isRnn ? [config.recurrent_activation] : ['sigmoid']],
    ['reset_after', config.reset_after, [true]],
    ['go_backwards', config.go_backwards, [false]],
    ['merge_mode', layer.config.merge_mode, ['concat']],
  ];
  return expected
    .filter(([, value, allowed]) => value !== undefined && value !== null && !allowed.includes(value))
    .map(
      ([key, value]) =>
        `The layer "${layer.name}" has ${key} ${JSON.stringify(value)?.slice(0, 40)}, which no layer here has.`,
    );
}
