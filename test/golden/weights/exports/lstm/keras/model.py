"""The classifier "lstm       end", trained with Gatescope, for Keras 3.

load() gives it with its weights, from weights.npz beside this file. Texts become token ids with tokenizer.json; 0 pads.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers

LABELS = ["yes", "no \"quoted\" \\", "n\u00e9 \U0001f642"]


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


def build():
    """Token ids [B, T] to logits [B, 3]."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = layers.Embedding(12, 6, mask_zero=True)(ids)
    x = layers.Dropout(0.1)(x)
    x = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(x)
    x = MaskedMax()(x)
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
