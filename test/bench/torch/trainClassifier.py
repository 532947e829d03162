"""Trains a BiLSTM classifier with PyTorch: the peer of `gatescope train` in the benches.

    VENV/bin/python test/bench/torch/trainClassifier.py --train FILE [--validation FILE] [--test FILE] --epochs 10 --max-length 40

Files have a label, a space and a text a line. Prints a JSON line an epoch: {epoch, seconds, score} with everything in it (training,
validation, saving of the best weights), and {test} at the end.
"""

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from pathlib import Path

import torch
from classifier import Classifier
from torch import nn
from torch.nn.utils.rnn import pad_sequence

PAD, UNK = 0, 1
WORD = re.compile(r"\w+|[^\w\s]")


def read(path):
    lines = Path(path).read_text(encoding="latin-1").splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line.strip()]
    return [(label, WORD.findall(text.lower())) for label, text in pairs]


def encode(examples, vocabulary, labels, max_length):
    return [
        (torch.tensor([vocabulary.get(word, UNK) for word in words[:max_length]] or [UNK]), labels[label])
        for label, words in examples
    ]


def collate(examples):
    ids = [ids for ids, _ in examples]
    lengths = torch.tensor([len(row) for row in ids])
    return pad_sequence(ids, batch_first=True), lengths, torch.tensor([label for _, label in examples])


def batches(examples, size):
    for start in range(0, len(examples), size):
        yield collate(examples[start : start + size])


def train_epoch(model, optimizer, examples, size):
    model.train()
    random.shuffle(examples)
    total = 0.0
    for ids, lengths, labels in batches(examples, size):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(ids, lengths), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        total += loss.item() * len(labels)
    return total / len(examples)


@torch.no_grad()
def accuracy(model, examples, size):
    model.eval()
    hits = 0
    for ids, lengths, labels in batches(examples, size):
        hits += (model(ids, lengths).argmax(1) == labels).sum().item()
    return hits / len(examples)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", required=True)
    parser.add_argument("--validation", help="a file; without it a tenth of the training data")
    parser.add_argument("--test")
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--max-length", type=int, required=True)
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    random.seed(args.seed)

    train = read(args.train)
    if args.validation:
        validation = read(args.validation)
    else:
        random.shuffle(train)
        cut = len(train) // 10
        validation, train = train[:cut], train[cut:]
    counts = Counter(word for _, words in train for word in words)
    vocabulary = {word: index + 2 for index, (word, _) in enumerate(counts.most_common())}
    labels = {label: index for index, label in enumerate(sorted({label for label, _ in train}))}
    encoded = encode(train, vocabulary, labels, args.max_length)
    held_out = encode(validation, vocabulary, labels, args.max_length)

    model = Classifier("lstm", len(vocabulary) + 2, 100, 100, len(labels))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    best, weights = -1.0, Path(tempfile.mkdtemp()) / "best.pt"
    for epoch in range(1, args.epochs + 1):
        started = time.perf_counter()
        train_epoch(model, optimizer, encoded, args.batch_size)
        score = accuracy(model, held_out, args.batch_size)
        if score > best:
            best = score
            torch.save(model.state_dict(), weights)
        print(json.dumps({"epoch": epoch, "seconds": time.perf_counter() - started, "score": score}), flush=True)
    model.load_state_dict(torch.load(weights))
    weights.unlink()
    weights.parent.rmdir()
    if args.test:
        test = encode(read(args.test), vocabulary, labels, args.max_length)
        print(json.dumps({"test": accuracy(model, test, args.batch_size)}), flush=True)


if __name__ == "__main__":
    main()
