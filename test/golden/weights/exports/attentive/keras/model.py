"""The classifier "attentive       end", trained with Gatescope, for Keras 3.

load() gives it with its weights, from weights.npz beside this file. Texts become token ids with tokenizer.json; 0 pads.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers

LABELS = ["yes", "no \"quoted\" \\", "n\u00e9 \U0001f642"]


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


def build():
    """Token ids [B, T] to logits [B, 3]."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = layers.Embedding(12, 6, mask_zero=True)(ids)
    x = layers.Dropout(0.1)(x)
    x = layers.Bidirectional(layers.GRU(5, return_sequences=True))(x)
    x = AttentionWeightedAverage()(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(ids, layers.Dense(3, name="head")(x))


def load(path=Path(__file__).with_name("weights.npz")):
    """The trained model."""
    model = build()
    with np.load(path) as arrays:
        values = [arrays[name] for name in sorted(arrays.files)]
    model.set_weights(values)
    return model


if __name__ == "__main__":
    load().summary()
