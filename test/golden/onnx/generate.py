"""Makes ONNX files with recurrent layers, and what ONNX Runtime and PyTorch compute with them.

    python3 -m venv VENV && VENV/bin/pip install -r test/golden/onnx/requirements.txt
    VENV/bin/python test/golden/onnx/generate.py

Writes test/golden/vectors/onnx-*.onnx and onnx.safetensors. Seeded: the same versions give the same files. Tests only read them.
Single nodes have random weights, so that a wrong order of gates shows; their judge is ONNX Runtime. The files that PyTorch exports are
as users have them; their judge is PyTorch. What a case is made of stands as JSON under `cases` in the metadata of onnx.safetensors.
"""

import io
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from torch import nn

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
STEPS, BATCH, INPUTS, HIDDEN = 6, 4, 3, 5
LENGTHS = [4, 1, 6, 3]

# Name -> op, directions, whether there are biases, initial states, further attributes.
NODES = {
    "lstm": ("LSTM", 1, True, True, {}),
    "lstmBoth": ("LSTM", 2, True, True, {}),
    "lstmNoBias": ("LSTM", 2, False, False, {"activations": ["Sigmoid", "Tanh", "tanh"] * 2}),
    "gru": ("GRU", 1, True, True, {"linear_before_reset": 1}),
    "gruBoth": ("GRU", 2, True, True, {"linear_before_reset": 1}),
    "rnn": ("RNN", 1, True, True, {}),
    "rnnBoth": ("RNN", 2, True, True, {"activations": ["Relu", "Relu"]}),
}


def write(name, model):
    (VECTORS / f"onnx-{name}.onnx").write_bytes(model)


def without_traces(data):
    """The file without the notes of where in whose folders each node was traced."""
    model = onnx.load_from_string(data)
    graph = model.graph
    for part in [model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    return model.SerializeToString()


def single_node(name, seed, tensors):
    op, directions, has_bias, has_states, attributes = NODES[name]
    rng = np.random.default_rng(seed)
    rows = GATES[op] * HIDDEN

    def random(*shape):
        return rng.uniform(-0.8, 0.8, shape).astype(np.float32)

    constants = {"W": random(directions, rows, INPUTS), "R": random(directions, rows, HIDDEN)}
    if has_bias:
        constants["B"] = random(directions, 2 * rows)
    states = ["h0", "c0"] if op == "LSTM" else ["h0"]
    given = {"X": random(STEPS, BATCH, INPUTS), "lengths": np.array(LENGTHS, np.int32)}
    if has_states:
        given |= {state: random(directions, BATCH, HIDDEN) for state in states}
    inputs = ["X", "W", "R", "B" if has_bias else "", "lengths"] + (states if has_states else [])
    outputs = ["Y", "Y_h"] + (["Y_c"] if op == "LSTM" else [])
    node = helper.make_node(op, inputs, outputs, name=name, hidden_size=HIDDEN,
                            direction="bidirectional" if directions == 2 else "forward", **attributes)
    types = {"lengths": TensorProto.INT32}
    graph = helper.make_graph(
        [node], name,
        [helper.make_tensor_value_info(key, types.get(key, TensorProto.FLOAT), value.shape) for key, value in given.items()],
        [helper.make_tensor_value_info(key, TensorProto.FLOAT, [None] * (4 if key == "Y" else 3)) for key in outputs],
        [numpy_helper.from_array(value, key) for key, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    write(name, data)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    results = dict(zip(outputs, session.run(outputs, given)))
    # Results and states by text, as everything else here: [B, T, D, H] and [D, B, H].
    results["Y"] = results["Y"].transpose(2, 0, 1, 3)
    given["X"] = given["X"].transpose(1, 0, 2)
    del given["lengths"]
    for key, value in (given | results).items():
        tensors[f"{name}.{key}"] = np.ascontiguousarray(value)
    return {"name": name, "lengths": LENGTHS, "layers": 1}


def exported(name, module, tensors, dynamo):
    """A model of PyTorch: embedded texts of one length -> outputs of the last layer."""
    torch.manual_seed(len(name))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.uniform_(-0.6, 0.6)
    x = torch.randn(2, 5, INPUTS)
    file = io.BytesIO()
    torch.onnx.export(module.eval(), (x,), file, input_names=["x"], dynamo=dynamo, verbose=False)
    write(name, without_traces(file.getvalue()))
    tensors[f"{name}.X"] = x.numpy()
    # [B, T, D·H] as [B, T, D, H].
    out = module(x)[0].detach().numpy()
    tensors[f"{name}.Y"] = np.ascontiguousarray(out).reshape(*out.shape[:2], -1, HIDDEN)
    return {"name": name, "lengths": [5, 5], "layers": module.num_layers}


tensors, cases = {}, []
for seed, name in enumerate(NODES):
    cases.append(single_node(name, 10 + seed, tensors))
options = dict(input_size=INPUTS, hidden_size=HIDDEN, num_layers=2, batch_first=True, bidirectional=True)
cases.append(exported("torchLstm", nn.LSTM(**options), tensors, dynamo=False))
cases.append(exported("torchGru", nn.GRU(**options), tensors, dynamo=False))
cases.append(exported("torchRnn", nn.RNN(**options), tensors, dynamo=False))
# The exporter of torch.export, the default since 2.9. (An RNN it writes out step by step.)
cases.append(exported("torchLstmDynamo", nn.LSTM(**options), tensors, dynamo=True))
cases.append(exported("torchGruDynamo", nn.GRU(**options), tensors, dynamo=True))
path = VECTORS / "onnx.safetensors"
save_file(tensors, path, metadata={"cases": json.dumps(cases)})
path.chmod(0o644)
