// A Keras 3 script of a run, with its weights as an .npz in the order of the model's weights: kernels [I, G*H], gates i f c o and z r h.

import { ATTENTION_WEIGHT, recurrentParameterNames } from '../../../schema/parameterNames.ts';
import type { ResolvedModel } from '../../../schema/resolved.ts';
import type { NamedTensor } from '../../types.ts';
import { applySteps, type Step, type Values } from '../layout/steps.ts';
import { classCountOf, type Export, type ExportedModel, tensorOf, textParts } from './exportedModel.ts';
import { encodeNpz } from './npzWriter.ts';
import { pythonComment, pythonList } from './pythonText.ts';

const LAYERS = { lstm: 'LSTM', gru: 'GRU', rnn: 'SimpleRNN' } as const;
const GRU_GATES: Step = { type: 'gates', order: [1, 0, 2], names: 'r z n to z r h' };

export function exportKeras(model: ExportedModel): Export {
  const text = textParts(model);
  const isWriter = model.experiment.task === 'languageModel';
  return {
    files: [
      { name: 'model.py', content: source(model) },
      { name: 'weights.npz', content: encodeNpz(kerasWeights(model)) },
      ...text.files,
    ],
    losses: [
      ...text.losses,
      'The optimizer’s state is not part of it.',
      'Texts become token ids outside of it, with tokenizer.json; id 0 pads.',
      ...(isWriter ? ['The state is not carried from call to call: give the whole text so far.'] : []),
    ],
  };
}

/** The arrays of `model.get_weights()`, named by their place. */
function kerasWeights(model: ExportedModel): NamedTensor[] {
  const { encoder, embedding, pooling } = model.experiment.model;
  const table = 'type' in embedding ? identity(model.vocabularySize) : tensorOf(model, 'embedding.weight');
  const cells = Array.from({ length: encoder.layers }, (_, layer) => layer).flatMap((layer) =>
    (encoder.bidirectional ? [false, true] : [false]).flatMap((isReverse) => cellWeights(model, layer, isReverse)),
  );
  const attention =
    pooling === 'attention' ? [applySteps(tensorOf(model, ATTENTION_WEIGHT), [{ type: 'transpose' }])] : [];
  const head = [applySteps(tensorOf(model, 'head.weight'), [{ type: 'transpose' }]), tensorOf(model, 'head.bias')];
  return [table, ...cells, ...attention, ...head].map(({ shape, data }, index) => ({
    name: String(index).padStart(3, '0'),
    shape,
    data,
  }));
}

/** One-hot vectors as a table. */
function identity(size: number): Values {
  const data = new Float32Array(size * size);
  for (let row = 0; row < size; row++) data[row * size + row] = 1;
  return { shape: [size, size], data };
}

/** Kernel [I, G*H], recurrent kernel [H, G*H] and bias: [G*H], the sum of ours, but [2, 3H] of a GRU. */
function cellWeights(model: ExportedModel, layer: number, isReverse: boolean): Values[] {
  const isGru = model.experiment.model.encoder.type === 'gru';
  const order = isGru ? [GRU_GATES] : [];
  const [weightIh, weightHh, biasIh, biasHh] = recurrentParameterNames(layer, isReverse).map((name) =>
    applySteps(tensorOf(model, name), order),
  );
  const kernels = [weightIh, weightHh].map((weight) => applySteps(weight, [{ type: 'transpose' }]));
  const rows = biasIh.data.length;
  if (!isGru) return [...kernels, { shape: [rows], data: biasIh.data.map((value, at) => value + biasHh.data[at]) }];
  const both = new Float32Array(2 * rows);
  both.set(biasIh.data);
  both.set(biasHh.data, rows);
  return [...kernels, { shape: [2, rows], data: both }];
}

function source(model: ExportedModel): string {
  const { name, experiment, labels, vocabularySize } = model;
  const resolved = experiment.model;
  const size = 'type' in resolved.embedding ? vocabularySize : resolved.embedding.size;
  const isWriter = experiment.task === 'languageModel';
  const pooling = isWriter ? undefined : resolved.pooling;
  return `"""${isWriter ? 'The language model' : 'The classifier'} "${pythonComment(name)}", trained with Gatescope, for Keras 3.

load() gives it with its weights, from weights.npz beside this file. Texts become token ids with tokenizer.json; 0 pads.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers

${isWriter ? '' : `LABELS = ${pythonList(labels)}\n`}
${pooling === 'max' ? MASKED_MAX : pooling === 'attention' ? ATTENTION : ''}
def build():
    """Token ids [B, T] to logits [B, ${isWriter ? `T, ${vocabularySize}` : classCountOf(model)}]."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = layers.Embedding(${vocabularySize}, ${size}, mask_zero=${isWriter ? 'False' : 'True'}${'type' in resolved.embedding ? ', trainable=False' : ''})(ids)
${layerLines(resolved, isWriter)
  .map((line) => `    x = ${line}(x)\n`)
  .join('')}    return keras.Model(ids, layers.Dense(${classCountOf(model)}, name="head")(x))


def load(path=Path(__file__).with_name("weights.npz")):
    """The trained model."""
    model = build()
    with np.load(path) as arrays:
        values = [arrays[name] for name in sorted(arrays.files)]
    model.set_weights(values)
    return model


if __name__ == "__main__":
    load().summary()
`;
}

function layerLines({ embedding, encoder, pooling, head }: ResolvedModel, isWriter: boolean): string[] {
  const dropout = (rate: number): string[] => (rate > 0 ? [`layers.Dropout(${rate})`] : []);
  const lines = 'type' in embedding ? [] : dropout(embedding.dropout);
  for (let layer = 0; layer < encoder.layers; layer++) {
    const isLast = layer === encoder.layers - 1;
    const returnsAll = isWriter || !isLast || pooling !== 'last';
    const activation = encoder.type === 'rnn' ? `, activation="${encoder.nonlinearity}"` : '';
    const cell = `layers.${LAYERS[encoder.type]}(${encoder.hiddenSize}, return_sequences=${returnsAll ? 'True' : 'False'}${activation})`;
    lines.push(encoder.bidirectional ? `layers.Bidirectional(${cell})` : cell);
    if (!isLast) lines.push(...dropout(encoder.dropout));
  }
  if (!isWriter && pooling === 'mean') lines.push('layers.GlobalAveragePooling1D()');
  if (!isWriter && pooling === 'max') lines.push('MaskedMax()');
  if (!isWriter && pooling === 'attention') lines.push('AttentionWeightedAverage()');
  return [...lines, ...dropout(head.dropout)];
}

const MASKED_MAX = `
class MaskedMax(layers.Layer):
    """The largest value of each unit over the tokens that are not padding."""

    def call(self, x, mask=None):
        if mask is not None:
            x = keras.ops.where(mask[:, :, None], x, -np.inf)
        return keras.ops.max(x, axis=1)

    def compute_mask(self, x, mask=None):
        return None

    def compute_output_shape(self, shape):
        return (shape[0], shape[2])

`;

const ATTENTION = `
class AttentionWeightedAverage(layers.Layer):
    """The average over the tokens, weighted by the softmax of one learned score a token; padding has no part in it."""

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 1), name="w")

    def call(self, x, mask=None):
        scores = x @ self.w
        if mask is not None:
            scores = keras.ops.where(mask[:, :, None], scores, -np.inf)
        return keras.ops.sum(x * keras.ops.softmax(scores, axis=1), axis=1)

    def compute_mask(self, x, mask=None):
        return None

    def compute_output_shape(self, shape):
        return (shape[0], shape[2])

`;
