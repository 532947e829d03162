"""Makes small PyTorch files of every form, with the float32 values that PyTorch has for them.

    python3 -m venv VENV && VENV/bin/pip install -r test/golden/weights/requirements.txt
    VENV/bin/python test/golden/weights/generateTorch.py

Writes test/golden/weights/files/torch-*. Tests only read them.
`torch-NAME.pt` is the file, `torch-NAME.safetensors` what it holds, `torch-models.json` what its models answer.
"""

import json
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

FILES = Path(__file__).resolve().parent / "files"
IDS = [[2, 5, 1, 6, 3], [4, 4, 2]]


def expect(name, tensors):
    save_file({key: value.detach().float().contiguous().clone() for key, value in tensors.items()},
              FILES / f"torch-{name}.safetensors")


class Classifier(nn.Module):
    """Names as people write them; `kind` is an nn.LSTM, GRU or RNN class."""

    def __init__(self, kind, layers, bidirectional, bias=True):
        super().__init__()
        self.embed = nn.Embedding(7, 5)
        self.rnn = kind(5, 4, layers, batch_first=True, bidirectional=bidirectional, bias=bias)
        self.fc = nn.Linear(8 if bidirectional else 4, 3)
        self.directions = 2 if bidirectional else 1

    def forward(self, ids):
        _, final = self.rnn(self.embed(ids))
        h_n = final[0] if isinstance(final, tuple) else final
        return self.fc(torch.cat(list(h_n[-self.directions:]), dim=1))


class Attentive(nn.Module):
    """One score a token, with a bias that changes nothing."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 5)
        self.rnn = nn.GRU(5, 4, 1, batch_first=True, bidirectional=True)
        self.attention = nn.Linear(8, 1)
        self.fc = nn.Linear(8, 3)

    def forward(self, ids):
        out, _ = self.rnn(self.embed(ids))
        return self.fc((self.attention(out).softmax(1) * out).sum(1))


def save_attentive(answers):
    torch.manual_seed(20)
    model = Attentive().eval()
    state = model.state_dict()
    torch.save(state, FILES / "torch-attentive.pt")
    torch.save(state, FILES / "torch-attentive-legacy.pt", _use_new_zipfile_serialization=False)
    torch.onnx.export(model, (torch.tensor(IDS[:1]),), FILES / "torch-attentive.onnx", dynamo=False)
    expect("attentive", state)
    answers["attentive"] = [model(torch.tensor([ids]))[0].tolist() for ids in IDS]


def save_models():
    answers = {}
    cases = {"lstm": (nn.LSTM, 2, True, True), "gru": (nn.GRU, 1, True, True), "rnn": (nn.RNN, 2, False, True),
             "noBias": (nn.LSTM, 1, False, False)}
    for seed, (name, arguments) in enumerate(cases.items()):
        torch.manual_seed(seed)
        model = Classifier(*arguments).eval()
        state = model.state_dict()
        torch.save(state, FILES / f"torch-{name}.pt")
        torch.save(state, FILES / f"torch-{name}-legacy.pt", _use_new_zipfile_serialization=False)
        torch.onnx.export(model, (torch.tensor(IDS[:1]),), FILES / f"torch-{name}.onnx", dynamo=False)
        expect(name, state)
        answers[name] = [model(torch.tensor([ids]))[0].tolist() for ids in IDS]
    save_attentive(answers)
    (FILES / "torch-models.json").write_text(json.dumps({"torch": torch.__version__, "ids": IDS, "logits": answers}, indent=1) + "\n")


def save_types_and_strides():
    torch.manual_seed(9)
    base = torch.randn(6, 4)
    state = OrderedDict(
        half=torch.tensor([1.5, -2.25, 65504.0, 6e-8, float("inf"), -0.0]).half(),
        bfloat=torch.randn(3, 2).bfloat16(),
        double=torch.randn(2, 3, dtype=torch.float64) * 1e-3,
        long=torch.tensor([[1, -2], [3, 2**24 + 1]]),
        small=torch.tensor([-128, 127], dtype=torch.int8),
        flags=torch.tensor([True, False, True]),
        scalar=torch.tensor(3.25),
        empty=torch.zeros(0, 4),
        base=base,
        transposed=base.t(),
        column=base[:, 1],
        corner=base[2:5, 1:3],
        every=base[::2],
        expanded=torch.tensor([[1.0], [2.0]]).expand(2, 3),
        tied=base,
    )
    for suffix, zipped in (("", True), ("-legacy", False)):
        torch.save(state, FILES / f"torch-strides{suffix}.pt", _use_new_zipfile_serialization=zipped)
    expect("strides", state)


def save_checkpoint():
    torch.manual_seed(11)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(4, 3)).sum().backward()
    optimizer.step()
    torch.save({"epoch": 3, "loss": 0.25, "model_state_dict": model.state_dict(), "note": "é",
                "optimizer_state_dict": optimizer.state_dict(), "history": [1, 2.5, None, (True, "x")]},
               FILES / "torch-checkpoint.pt")
    torch.save(nn.ParameterList([nn.Parameter(torch.ones(2))]).state_dict(), FILES / "torch-parameters.pt")
    expect("checkpoint", model.state_dict())
    # A whole model is a program: it must be refused by the name of its class.
    torch.save(model, FILES / "torch-wholeModel.pt")
    with open(FILES / "torch-numpyPickle.pkl", "wb") as file:
        pickle.dump({"weights": np.ones(3, np.float32)}, file, protocol=4)


save_models()
save_types_and_strides()
save_checkpoint()
