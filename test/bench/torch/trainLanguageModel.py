"""Trains a character LSTM with PyTorch: the peer of `gatescope train` with task languageModel in the benches.

    VENV/bin/python test/bench/torch/trainLanguageModel.py --text FILE --epochs 3

One-hot characters, 2 x 128 hidden units, truncated back-propagation with the state carried on, the last tenth of the text for validation.
Prints a JSON line an epoch: {epoch, seconds, score} (score: validation nats a character) with everything in it.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, hidden, layers):
        super().__init__()
        self.vocabulary = vocabulary
        self.encoder = nn.LSTM(vocabulary, hidden, layers, batch_first=True)
        self.head = nn.Linear(hidden, vocabulary)

    def forward(self, ids, state=None):
        """ids [B, T] -> logits [B, T, V] and the state after them."""
        out, state = self.encoder(nn.functional.one_hot(ids, self.vocabulary).float(), state)
        return self.head(out), state


def windows(ids, streams, steps):
    """(ids [B, T], targets [B, T]) of each window: equal streams side by side; what does not fill them is left out."""
    length = (len(ids) - 1) // streams
    inputs = ids[: streams * length].view(streams, length)
    targets = ids[1 : streams * length + 1].view(streams, length)
    for start in range(0, length, steps):
        yield inputs[:, start : start + steps], targets[:, start : start + steps]


def loss_of(logits, targets):
    return nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1))


def train_epoch(model, optimizer, ids, args):
    model.train()
    state, total = None, 0.0
    for inputs, targets in windows(ids, args.batch_size, args.steps):
        optimizer.zero_grad()
        logits, state = model(inputs, state)
        state = tuple(part.detach() for part in state)
        loss = loss_of(logits, targets)
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 5)
        optimizer.step()
        total += loss.item()
    return total


@torch.no_grad()
def nats(model, ids, args):
    model.eval()
    state, total, count = None, 0.0, 0
    for inputs, targets in windows(ids, args.batch_size, args.steps):
        logits, state = model(inputs, state)
        total += loss_of(logits, targets).item() * targets.numel()
        count += targets.numel()
    return total / count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--text", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    text = Path(args.text).read_text(encoding="utf-8")
    cut = len(text) - len(text) // 10
    # Two entries for padding and unknown characters, as the other side has them, so that both models have the same size.
    vocabulary = {character: index + 2 for index, character in enumerate(sorted(set(text[:cut])))}
    ids = torch.tensor([vocabulary.get(character, 1) for character in text])
    model = LanguageModel(len(vocabulary) + 2, 128, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    best, weights = float("inf"), Path(tempfile.mkdtemp()) / "best.pt"
    for epoch in range(1, args.epochs + 1):
        started = time.perf_counter()
        train_epoch(model, optimizer, ids[:cut], args)
        score = nats(model, ids[cut:], args)
        if score < best:
            best = score
            torch.save(model.state_dict(), weights)
        print(json.dumps({"epoch": epoch, "seconds": time.perf_counter() - started, "score": score}), flush=True)
    weights.unlink()
    weights.parent.rmdir()


if __name__ == "__main__":
    main()
