// Which parameters a model has: names and layouts of PyTorch, without allocating one weight.
// Order is the order of the list everywhere: initialisation, optimizer state, files.
import { ATTENTION_WEIGHT, EMBEDDING_WEIGHT, recurrentParameterNames } from '../../schema/parameterNames.ts';
import type { ResolvedModel } from '../../schema/resolved.ts';
import { cellOf } from '../layers/cells.ts';
import type { ModelShape } from '../types.ts';

/** How the elements of a parameter start. */
export type Initialiser = { uniform: number } | { normal: number };

export interface ParameterSpec {
  /** PyTorch's name, e.g. `encoder.weight_ih_l0_reverse`. */
  name: string;
  shape: number[];
  /** `embedding`, `encoder.0` (both directions of layer 0), …, `attention`, `head`. */
  group: string;
  init: Initialiser;
  /** Leading elements that start at zero and are never updated (the padding row of the embedding). */
  fixedCount: number;
  /** Added after initialisation to elements from … to (the forget gate's rows). */
  added?: { from: number; to: number; value: number };
}

export interface ParameterCount {
  name: string;
  shape: number[];
  count: number;
  group: string;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function directionCount(model: ResolvedModel): number {
  return model.encoder.bidirectional ? 2 : 1;
}

/** Every parameter of a model of this shape, in order. */
export function planParameters(shape: ModelShape): ParameterSpec[] {
  const { model, classCount } = shape;
  const { encoder } = model;
  const headInputs = encoder.hiddenSize * directionCount(model);
  const headInit = { uniform: 1 / Math.sqrt(headInputs) };
  const specs = embeddingSpecs(shape);
  for (let layer = 0; layer < encoder.layers; layer++) specs.push(...layerSpecs(shape, layer));
  if (model.pooling === 'attention') {
    const [name, group] = [ATTENTION_WEIGHT, 'attention'];
    specs.push({ name, shape: [1, headInputs], group, init: headInit, fixedCount: 0 });
  }
  specs.push(
    { name: 'head.weight', shape: [classCount, headInputs], group: 'head', init: headInit, fixedCount: 0 },
    { name: 'head.bias', shape: [classCount], group: 'head', init: headInit, fixedCount: 0 },
  );
  return specs;
}

/** The embedding's table; none for one-hot vectors. */
function embeddingSpecs({ model, vocabularySize }: ModelShape): ParameterSpec[] {
  const { embedding } = model;
  if ('type' in embedding) return [];
  const { size, init } = embedding;
  return [{ name: EMBEDDING_WEIGHT, shape: [vocabularySize, size], group: 'embedding', init, fixedCount: size }];
}

function layerSpecs({ model, vocabularySize }: ModelShape, layer: number): ParameterSpec[] {
  const { embedding, encoder } = model;
  const H = encoder.hiddenSize;
  const inputSize = 'type' in embedding ? vocabularySize : embedding.size;
  const inputs = layer === 0 ? inputSize : H * directionCount(model);
  const common = { group: `encoder.${layer}`, init: { uniform: 1 / Math.sqrt(H) }, fixedCount: 0 };
  const rows = cellOf(encoder).gateCount * H;
  const forgetBias = encoder.type === 'lstm' ? { from: H, to: 2 * H, value: encoder.forgetBias } : undefined;
  const specs: ParameterSpec[] = [];
  for (let direction = 0; direction < directionCount(model); direction++) {
    const [weightIh, weightHh, biasIh, biasHh] = recurrentParameterNames(layer, direction === 1);
    specs.push(
      { ...common, name: weightIh, shape: [rows, inputs] },
      { ...common, name: weightHh, shape: [rows, H] },
      { ...common, name: biasIh, shape: [rows], ...(forgetBias && { added: forgetBias }) },
      { ...common, name: biasHh, shape: [rows] },
    );
  }
  return specs;
}

/** Names, shapes and sizes for lists and totals; allocates nothing. */
export function countParameters(shape: ModelShape): { parameters: ParameterCount[]; total: number } {
  const parameters = planParameters(shape).map(({ name, shape: sizes, group }) => ({
    name,
    shape: sizes,
    group,
    count: elementCount(sizes),
  }));
  return { parameters, total: parameters.reduce((total, { count }) => total + count, 0) };
}
