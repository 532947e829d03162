"""Loads a run folder into plain PyTorch and computes the logits of some texts: the independent judge of what a run holds.

    VENV/bin/python test/golden/torch/checkRun.py RUN TEXTS [--limit 200] [--out logits.safetensors] [--compare ours.safetensors]
        [--vector test/golden/vectors/torch-trecRun.safetensors]

RUN holds config.json, tokenizer.json and model.safetensors; TEXTS has one text a line (UTF-8).
`--out` saves {logits: [texts, classes]}; `--compare` reads the same from another file and fails where they differ by more than 1e-5.
`--vector` saves the run's weights with ids, lengths and logits of the texts: what test/unit/engine/torchRuns.test.ts reads.
Texts go to the tokenizer as they are: a run with cleaning steps is refused.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

UNK_ID = 1
TOLERANCE = 1e-5


class Classifier(nn.Module):
    def __init__(self, model, vocabulary, classes):
        super().__init__()
        encoder = model["encoder"]
        self.pooling = model["pooling"]
        self.directions = 2 if encoder["bidirectional"] else 1
        self.embedding = nn.Embedding(vocabulary, model["embedding"]["size"], padding_idx=0)
        kind = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[encoder["type"]]
        options = {"nonlinearity": encoder["nonlinearity"]} if encoder["type"] == "rnn" else {}
        self.encoder = kind(
            model["embedding"]["size"], encoder["hiddenSize"], encoder["layers"], batch_first=True,
            bidirectional=encoder["bidirectional"], **options,
        )
        self.head = nn.Linear(encoder["hiddenSize"] * self.directions, classes)

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        out_packed, final = self.encoder(packed)
        h_n = final[0] if isinstance(final, tuple) else final
        if self.pooling == "last":
            return self.head(torch.cat(list(h_n[-self.directions:]), dim=1))
        out, _ = pad_packed_sequence(out_packed, batch_first=True)
        mask = (torch.arange(out.shape[1])[None, :] < lengths[:, None])[:, :, None]
        if self.pooling == "mean":
            return self.head((out * mask).sum(1) / lengths[:, None])
        return self.head(out.masked_fill(~mask, -torch.inf).amax(1))


@dataclass
class Encoded:
    config: dict
    state: dict
    ids: list
    lengths: torch.Tensor
    logits: torch.Tensor


def run_logits(run, texts):
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    if config["text"]["cleaning"]:
        sys.exit("This run has cleaning steps, which Python does not know; choose one without.")
    state = load_file(run / "model.safetensors")
    model = Classifier(config["model"], state["embedding.weight"].shape[0], state["head.bias"].shape[0])
    model.load_state_dict(state, strict=True)
    model.eval()
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(config["text"]["maxLength"])
    ids = [tokenizer.encode(text).ids or [UNK_ID] for text in texts]
    lengths = torch.tensor([len(row) for row in ids])
    padded = torch.zeros(len(ids), int(lengths.max()), dtype=torch.long)
    for row, values in enumerate(ids):
        padded[row, : len(values)] = torch.tensor(values)
    with torch.no_grad():
        return Encoded(config, state, ids, lengths, model(padded, lengths))


def save_vector(encoded, path):
    padded = torch.full((len(encoded.ids), int(encoded.lengths.max())), -1.0)
    for row, values in enumerate(encoded.ids):
        padded[row, : len(values)] = torch.tensor(values, dtype=torch.float32)
    tensors = {f"weights.{name}": value for name, value in encoded.state.items()}
    tensors |= {"ids": padded, "lengths": encoded.lengths.float(), "logits": encoded.logits.contiguous()}
    save_file(tensors, path, metadata={"cases": json.dumps([{"model": encoded.config["model"]}])})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--compare", type=Path)
    parser.add_argument("--vector", type=Path)
    options = parser.parse_args()
    texts = options.texts.read_text(encoding="utf-8").split("\n")
    texts = [text.rstrip("\r") for text in (texts[:-1] if texts[-1] == "" else texts)][: options.limit]
    encoded = run_logits(options.run, texts)
    logits = encoded.logits
    print(f"{logits.shape[0]} texts, {logits.shape[1]} classes, largest logit {logits.abs().max():.4f}")
    if options.out:
        save_file({"logits": logits.contiguous()}, options.out)
    if options.vector:
        save_vector(encoded, options.vector)
    if options.compare:
        other = load_file(options.compare)["logits"]
        if other.shape != logits.shape:
            sys.exit(f"Shapes differ: {tuple(other.shape)} there, {tuple(logits.shape)} here")
        worst = (other - logits).abs().max().item()
        print(f"largest difference {worst:.3g}")
        if not worst <= TOLERANCE:
            sys.exit(f"More than {TOLERANCE}")


if __name__ == "__main__":
    main()
