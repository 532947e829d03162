"""Loads the model and predicts: python predict.py "a text" "another text". Needs torch and tokenizers."""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer

from model import LABELS, load

UNKNOWN = 1


def encode(texts):
    """Token ids [B, T], padded with 0, and lengths [B]. A text without tokens is one unknown token."""
    tokenizer = Tokenizer.from_file(str(Path(__file__).with_name("tokenizer.json")))
    rows = [(tokenizer.encode(text).ids or [UNKNOWN])[:128] for text in texts]
    lengths = torch.tensor([len(row) for row in rows])
    ids = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
    for row, values in enumerate(rows):
        ids[row, : len(values)] = torch.tensor(values)
    return ids, lengths


@torch.no_grad()
def predict(texts):
    """Probabilities [B, C] in the order of LABELS."""
    return load()(*encode(texts)).softmax(dim=1)


if __name__ == "__main__":
    texts = sys.argv[1:] or sys.exit(__doc__)
    for text, row in zip(texts, predict(texts)):
        best = int(row.argmax())
        print(f"{LABELS[best]}\t{row[best]:.4f}\t{text}")
