"""Makes small Keras files of every form with what Keras answers on them.

    KERAS_BACKEND=jax VENV/bin/python test/golden/weights/generateKeras.py

Writes test/golden/weights/files/keras-*. Tests only read them. (VENV: see generateTorch.py.)
`keras-cudnn-*.h5` have the layout of CuDNNLSTM and CuDNNGRU, which Keras 3 no longer has: made from its weights by the
formulas of Keras 2's `_convert_rnn_weights`, in the other direction.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
import h5py
import keras
import numpy as np
from keras import layers

FILES = Path(__file__).resolve().parent / "files"
IDS = [[2, 5, 1, 6, 3], [4, 4, 2, 1, 1]]
ANSWERS = {}


def randomised(model, seed):
    """Weights that are all different, biases too: initial zeros would hide a wrong order."""
    generator = np.random.default_rng(seed)
    model.set_weights([generator.uniform(-0.8, 0.8, weight.shape).astype(np.float32) for weight in model.get_weights()])
    return model


def save(name, model, forms):
    ANSWERS[name] = model.predict(np.array(IDS), verbose=0).tolist()
    for form in forms:
        path = FILES / f"keras-{name}{form}"
        if form == ".weights.h5":
            model.save_weights(path)
        else:
            model.save(path)


class AttentionWeightedAverage(layers.Layer):
    """As textgenrnn and DeepMoji have it: the average over the tokens, weighted by the softmax of one score a token."""

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 1), name="attention_W")

    def call(self, x):
        return keras.ops.sum(x * keras.ops.softmax(x @ self.w, axis=1), axis=1)

    def compute_output_shape(self, shape):
        return (shape[0], shape[2])


def attention():
    model = keras.Sequential([layers.Input((5,), dtype="int32", name="tokens"), layers.Embedding(7, 5, name="words"),
                              layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="both"),
                              AttentionWeightedAverage(name="attention"), layers.Dense(3, name="scores")])
    save("attention", randomised(model, 11), [".keras", ".h5", ".weights.h5"])


def models():
    tokens = lambda: layers.Input((5,), dtype="int32", name="tokens")
    embedding = lambda: layers.Embedding(7, 5, name="words")
    lstm = keras.Sequential([tokens(), embedding(), layers.LSTM(4, return_sequences=True, name="first"),
                             layers.LSTM(3, name="second"), layers.Dense(3, name="scores")])
    two = keras.Sequential([tokens(), embedding(), layers.LSTM(4, return_sequences=True, name="first"),
                            layers.LSTM(4, name="second"), layers.Dense(3, activation="softmax", name="scores")])
    gru = keras.Sequential([tokens(), embedding(), layers.Bidirectional(layers.GRU(4), name="both"), layers.Dense(3, name="scores")])
    rnn = keras.Sequential([tokens(), embedding(), layers.SimpleRNN(4, activation="relu", return_sequences=True),
                            layers.GlobalAveragePooling1D(), layers.Dense(3)])
    before = keras.Sequential([tokens(), embedding(), layers.GRU(4, reset_after=False), layers.Dense(3)])
    plain = keras.Sequential([tokens(), embedding(), layers.LSTM(4, use_bias=False), layers.Dense(3, use_bias=False)])
    hard = keras.Sequential([tokens(), embedding(), layers.LSTM(4, recurrent_activation="hard_sigmoid"), layers.Dense(3)])
    hidden = keras.Sequential([tokens(), embedding(), layers.LSTM(4), layers.Dense(6, activation="relu"), layers.Dense(3)])
    save("lstm", randomised(two, 1), [".keras", ".h5", ".weights.h5"])
    save("gru", randomised(gru, 2), [".keras", ".h5", ".weights.h5"])
    save("rnn", randomised(rnn, 3), [".keras"])
    save("plain", randomised(plain, 4), [".keras"])
    save("unequal", randomised(lstm, 5), [".keras"])
    save("resetBefore", randomised(before, 6), [".keras"])
    save("hard", randomised(hard, 7), [".keras"])
    save("hidden", randomised(hidden, 8), [".h5"])
    one = keras.Sequential([tokens(), embedding(), layers.GRU(4, name="cell"), layers.Dense(3, name="scores")])
    save("cudnnGru", randomised(one, 9), [])
    cudnn("cudnnGru", one, 3)
    single = keras.Sequential([tokens(), embedding(), layers.LSTM(4, name="cell"), layers.Dense(3, name="scores")])
    save("cudnnLstm", randomised(single, 10), [])
    cudnn("cudnnLstm", single, 4)
    return two


def cudnn(name, model, gates):
    """The inverse of Keras 2's conversion: kernels (T reshaped in order C), recurrent kernels transposed, biases of 2 * gates * units."""
    embedding, kernel, recurrent, bias, dense, dense_bias = model.get_weights()
    blocks = lambda values, change: np.hstack([change(block) for block in np.hsplit(values, gates)])
    packed = {
        "kernel:0": blocks(kernel, lambda block: block.T.reshape(block.shape, order="C")),
        "recurrent_kernel:0": blocks(recurrent, lambda block: block.T),
        # Only the sum of an LSTM's two biases counts; a GRU's are two rows.
        "bias:0": np.concatenate([bias * 0.25, bias * 0.75]) if bias.ndim == 1 else bias.reshape(-1),
    }
    with h5py.File(FILES / f"keras-{name}.h5", "w") as file:
        file.attrs["layer_names"] = np.array([b"words", b"cell", b"scores"])
        file.create_dataset("words/words/embeddings:0", data=embedding)
        for key, values in packed.items():
            file.create_dataset(f"cell/cell/{key}", data=values)
        file.create_dataset("scores/scores/kernel:0", data=dense)
        file.create_dataset("scores/scores/bias:0", data=dense_bias)


def layouts():
    """The ways in which HDF5 stores numbers."""
    generator = np.random.default_rng(3)
    values = generator.normal(size=(37, 11)).astype(np.float32)
    with h5py.File(FILES / "keras-layouts.h5", "w") as file:
        file.create_dataset("contiguous", data=values)
        file.create_dataset("chunked", data=values, chunks=(8, 4))
        file.create_dataset("packed", data=values, chunks=(8, 4), compression="gzip", shuffle=True, fletcher32=True)
        file.create_dataset("summedFirst", data=values, chunks=(16, 11), compression="gzip")
        file.create_dataset("half", data=values[:3].astype(np.float16))
        file.create_dataset("double", data=values[:3].astype(np.float64))
        file.create_dataset("bigEndian", data=values[:3].astype(">f4"))
        file.create_dataset("integers", data=np.arange(-3, 3, dtype=np.int32))
        file.create_dataset("scalar", data=np.float32(2.5))
        file.create_dataset("never", shape=(2, 2), dtype=np.float32)
        file.create_dataset("text", data="no weights")
        many = file.create_group("many")
        for index in range(100):
            many.create_dataset(f"tensor{index:03d}", data=np.float32([index]))
    with h5py.File(FILES / "keras-newest.h5", "w", libver="latest") as file:
        file.create_dataset("group/values", data=values[:2])
    with h5py.File(FILES / "keras-dense.h5", "w", libver="latest") as file:
        for index in range(20):
            file.create_dataset(f"tensor{index}", data=np.float32([index]))
    np.savez(FILES / "numpy.npz", values=values, fortran=np.asfortranarray(values[:4]), half=values[0].astype(np.float16),
             big=values[0].astype(">f8"), scalar=np.float32(2.5), **{"layer/kernel": values[:2]})
    np.savez_compressed(FILES / "numpy-packed.npz", values=values)
    np.savez(FILES / "numpy-objects.npz", values=np.array([None], dtype=object))
    values.tofile(FILES / "layouts.f32")


models()
attention()
layouts()
(FILES / "keras-models.json").write_text(json.dumps({"keras": keras.__version__, "ids": IDS, "outputs": ANSWERS}, indent=1) + "\n")
