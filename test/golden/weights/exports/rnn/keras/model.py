"""The classifier "rnn       end", trained with Gatescope, for Keras 3.

load() gives it with its weights, from weights.npz beside this file. Texts become token ids with tokenizer.json; 0 pads.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers

LABELS = ["yes", "no \"quoted\" \\", "n\u00e9 \U0001f642"]


def build():
    """Token ids [B, T] to logits [B, 3]."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = layers.Embedding(12, 12, mask_zero=True, trainable=False)(ids)
    x = layers.Bidirectional(layers.SimpleRNN(5, return_sequences=False, activation="relu"))(x)
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
