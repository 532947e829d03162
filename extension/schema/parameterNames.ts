// The names of a model's parameters and the groups they belong to, known from the config alone.
// Invariant: names are PyTorch's, and the order is the order of every list of parameters and groups: embedding, encoder.0, …, attention,
// head.

export interface NamedParameter {
  /** e.g. `encoder.weight_ih_l0_reverse` */
  name: string;
  /** `embedding`, `encoder.0` (both directions of layer 0), …, `attention`, `head` */
  group: string;
}

/** What of a model's config its names depend on; written or resolved. */
export interface ModelOutline {
  embedding?: object;
  encoder: { layers?: number; bidirectional?: boolean };
  pooling?: string;
}

export const EMBEDDING_WEIGHT = 'embedding.weight';
/** Of the pooling `attention` only. */
export const ATTENTION_WEIGHT = 'attention.weight';
export const HEAD_PARAMETERS = ['head.weight', 'head.bias'] as const;

/** Names of the four parameters of one direction of a layer, in the order of torch.nn.LSTM, GRU and RNN. */
export function recurrentParameterNames(layer: number, isReverse: boolean): [string, string, string, string] {
  const suffix = `_l${layer}${isReverse ? '_reverse' : ''}`;
  return [
    `encoder.weight_ih${suffix}`,
    `encoder.weight_hh${suffix}`,
    `encoder.bias_ih${suffix}`,
    `encoder.bias_hh${suffix}`,
  ];
}

/** Every parameter of a model, in order. */
export function parameterNames({ embedding = {}, encoder, pooling }: ModelOutline): NamedParameter[] {
  const { layers = 1, bidirectional = false } = encoder;
  const parameters: NamedParameter[] = 'type' in embedding ? [] : [{ name: EMBEDDING_WEIGHT, group: 'embedding' }];
  for (let layer = 0; layer < layers; layer++) {
    const names = [false, true]
      .slice(0, bidirectional ? 2 : 1)
      .flatMap((isReverse) => recurrentParameterNames(layer, isReverse));
    parameters.push(...names.map((name) => ({ name, group: `encoder.${layer}` })));
  }
  if (pooling === 'attention') parameters.push({ name: ATTENTION_WEIGHT, group: 'attention' });
  return [...parameters, ...HEAD_PARAMETERS.map((name) => ({ name, group: 'head' }))];
}

/** Groups in order, without repeats. */
export function groupNames(parameters: readonly NamedParameter[]): string[] {
  return [...new Set(parameters.map(({ group }) => group))];
}
