"""Makes the golden vectors of language models with PyTorch: truncated back-propagation over windows with the state carried on.

    VENV/bin/python test/golden/torch/languageModel.py

Writes test/golden/vectors/torch-languageModel.safetensors; see generate.py for the rest.
"""

import copy

import torch
from generate import VECTORS, save
from torch import nn

VOCABULARY = 11
WINDOW = 4
STREAMS = 3
LEARNING_RATE = 0.5


class LanguageModel(nn.Module):
    def __init__(self, size, hidden, layers):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, size, padding_idx=0) if size else None
        self.encoder = nn.LSTM(size or VOCABULARY, hidden, layers, batch_first=True)
        self.head = nn.Linear(hidden, VOCABULARY)

    def forward(self, ids, state):
        x = self.embedding(ids) if self.embedding else nn.functional.one_hot(ids, VOCABULARY).float()
        out, state = self.encoder(x, state)
        return self.head(out), state


def windows(text):
    """(ids [b, t], targets [b, t]) of each window: equal streams side by side, the last one may end earlier."""
    targets = len(text) - 1
    length = -(-targets // STREAMS)
    for start in range(0, length, WINDOW):
        rows = []
        for stream in range(STREAMS):
            first = stream * length
            end = min(first + start + WINDOW, first + length, targets)
            if end > first + start:
                rows.append((text[first + start : end], text[first + start + 1 : end + 1]))
        widths = {len(ids) for ids, _ in rows}
        assert len(widths) == 1, "this script has no padding: choose a text whose streams end with a window"
        yield torch.stack([ids for ids, _ in rows]), torch.stack([following for _, following in rows])


def over_text(model, text, after_window):
    """Runs the windows in order with the state detached between them."""
    state = None
    for index, (ids, following) in enumerate(windows(text)):
        if state is not None:
            state = tuple(part[:, : len(ids)].detach() for part in state)
        logits, state = model(ids, state)
        loss = nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY), following.reshape(-1))
        after_window(index, loss, logits, state)


def case(tensors, name, seed, size, hidden, layers):
    torch.manual_seed(seed)
    # 40 targets in streams of 14, 14 and 12: windows of 4, 4, 4 and 2 tokens, the last one without the third stream.
    text = torch.randint(1, VOCABULARY, (41,))
    model = LanguageModel(size, hidden, layers)
    with torch.no_grad():
        for parameter in model.encoder.parameters():
            parameter.mul_(2)
    tensors[f"{name}.text"] = text
    for key, parameter in model.named_parameters():
        tensors[f"{name}.weight.{key}"] = parameter.detach().clone()

    def gradients(index, loss, logits, state):
        model.zero_grad()
        loss.backward()
        tensors[f"{name}.{index}.loss"] = loss
        tensors[f"{name}.{index}.logits"] = logits
        tensors[f"{name}.{index}.h"], tensors[f"{name}.{index}.c"] = state
        for key, parameter in model.named_parameters():
            tensors[f"{name}.{index}.grad.{key}"] = parameter.grad.clone()

    frozen = copy.deepcopy(model.state_dict())
    over_text(model, text, gradients)
    count = index_count(tensors, name)

    sums = []
    with torch.no_grad():
        over_text(model, text, lambda _, loss, logits, __: sums.append(loss * logits.shape[0] * logits.shape[1]))
    tensors[f"{name}.textLoss"] = torch.stack(sums).sum() / (len(text) - 1)

    model.load_state_dict(frozen)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    losses = []

    def update(_, loss, __, ___):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())

    for _ in range(2):
        over_text(model, text, update)
    tensors[f"{name}.trained.losses"] = torch.stack(losses)
    for key, parameter in model.named_parameters():
        tensors[f"{name}.trained.{key}"] = parameter
    return dict(name=name, size=size, hidden=hidden, layers=layers, vocabulary=VOCABULARY, windows=count, window=WINDOW,
                streams=STREAMS, learningRate=LEARNING_RATE)


def index_count(tensors, name):
    return sum(1 for key in tensors if key.startswith(f"{name}.") and key.endswith(".loss"))


if __name__ == "__main__":
    VECTORS.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    vectors = {}
    cases = [
        case(vectors, "embedding", 700, 5, 6, 2),
        case(vectors, "oneHot", 701, 0, 7, 1),
        case(vectors, "oneHotStack", 702, 0, 5, 2),
    ]
    save("languageModel", vectors, cases)
