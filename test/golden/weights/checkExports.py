"""Runs the exported models of test/golden/weights/exports with PyTorch, onnxruntime and Keras, and writes what they answer.

    node test/golden/weights/writeExports.ts
    KERAS_BACKEND=jax VENV/bin/python test/golden/weights/checkExports.py

(VENV: see generateTorch.py.) Writes exports/answers.json: logits by case and format. The tests export the same models again, compare the
files with those that were run here, and compare the engine's own logits with these. Also tries predict.py of the PyTorch exports.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np
import onnx
import onnxruntime
import torch

EXPORTS = Path(__file__).resolve().parent / "exports"


def module_at(path):
    spec = importlib.util.spec_from_file_location(f"model_{path.parent.parent.name}_{path.parent.name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def padded(ids):
    lengths = np.array([len(row) for row in ids], np.int32)
    values = np.zeros((len(ids), lengths.max()), np.int64)
    for row, text in enumerate(ids):
        values[row, : len(text)] = text
    return values, lengths


def by_pytorch(folder, ids, lengths, is_writer):
    model = module_at(folder / "model.py").load()
    tokens = torch.from_numpy(ids)
    with torch.no_grad():
        if not is_writer:
            return model(tokens, torch.from_numpy(lengths)).numpy()
        whole, _ = model(tokens)
        start, state = model(tokens[:, :2])
        rest, _ = model(tokens[:, 2:], state)
        # Reading in two parts with the state carried is reading at once.
        torch.testing.assert_close(torch.cat([start, rest], 1), whole)
        return whole.numpy()


def by_onnxruntime(folder, ids, lengths, is_writer):
    path = folder / "model.onnx"
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    if not is_writer:
        return session.run(["logits"], {"ids": ids, "lengths": lengths})[0]
    states = [port for port in session.get_inputs() if port.name != "ids"]
    zeros = {port.name: np.zeros((1, len(ids), port.shape[2]), np.float32) for port in states}
    whole = session.run(["logits"], {"ids": ids, **zeros})[0]
    names = [port.name.replace("_0_", "_n_") for port in states]
    start, *carried = session.run(["logits", *names], {"ids": ids[:, :2], **zeros})
    rest = session.run(["logits"], {"ids": ids[:, 2:], **{port.name: value for port, value in zip(states, carried)}})[0]
    np.testing.assert_allclose(np.concatenate([start, rest], 1), whole, atol=1e-6)
    return whole


def by_keras(folder, ids, lengths, is_writer):
    return keras.ops.convert_to_numpy(module_at(folder / "model.py").load()(ids.astype(np.int32)))


def main():
    answers = {}
    for folder in sorted(path for path in EXPORTS.iterdir() if path.is_dir()):
        ids, lengths = padded(json.loads((folder / "ids.json").read_text()))
        is_writer = "riter" in folder.name
        answers[folder.name] = {
            "pytorch": by_pytorch(folder / "pytorch", ids, lengths, is_writer).tolist(),
            "onnx": by_onnxruntime(folder / "onnx", ids, lengths, is_writer).tolist(),
            "keras": by_keras(folder / "keras", ids, lengths, is_writer).tolist(),
        }
    for name, argument in (("lstm", "abz"), ("writer", "ab")):
        script = EXPORTS / name / "pytorch" / "predict.py"
        print(subprocess.run([sys.executable, script, argument], check=True, capture_output=True, text=True).stdout)
    versions = {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__, "keras": keras.__version__}
    (EXPORTS / "answers.json").write_text(json.dumps({"versions": versions, "logits": answers}) + "\n")


main()
