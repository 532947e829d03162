"""Loads the model and writes on from a prompt: python predict.py "a prompt". Needs torch and tokenizers."""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer

from model import load


@torch.no_grad()
def write(prompt, length=200, temperature=0.8):
    """The prompt's token ids and `length` more, drawn from the model."""
    tokenizer = Tokenizer.from_file(str(Path(__file__).with_name("tokenizer.json")))
    model = load()
    ids = tokenizer.encode(prompt).ids or sys.exit("The prompt has no token that the model knows.")
    logits, state = model(torch.tensor([ids]))
    for _ in range(length):
        # [PAD] and [UNK] stand for nothing that could be written.
        scores = logits[0, -1] / temperature
        scores[:2] = -torch.inf
        ids.append(int(torch.multinomial(scores.softmax(0), 1)))
        logits, state = model(torch.tensor([ids[-1:]]), state)
    return [tokenizer.id_to_token(id) for id in ids]


if __name__ == "__main__":
    tokens = write(sys.argv[1] if len(sys.argv) > 1 else sys.exit(__doc__))
    print(("" if all(len(token) == 1 for token in tokens) else " ").join(tokens))
