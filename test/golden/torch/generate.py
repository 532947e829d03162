"""Makes the golden vectors of the engine with PyTorch, scikit-learn and the safetensors library.

    python3 -m venv VENV && VENV/bin/pip install -r test/golden/torch/requirements.txt
    VENV/bin/python test/golden/torch/generate.py

Writes test/golden/vectors/torch-*.safetensors. Seeded: the same versions give the same files. Tests only read them.
All tensors are float32; what a case is made of stands as JSON under `cases` in the file's metadata.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

VECTORS = Path(__file__).resolve().parent.parent / "vectors"


def save(name, tensors, cases):
    flat = {key: value.detach().to(torch.float32).contiguous().clone() for key, value in tensors.items()}
    path = VECTORS / f"torch-{name}.safetensors"
    save_file(flat, path, metadata={"cases": json.dumps(cases)})
    path.chmod(0o644)


def padded(values, lengths):
    """Zeroes what lies beyond each length."""
    mask = torch.arange(values.shape[1])[None, :] < torch.tensor(lengths)[:, None]
    return values * mask[:, :, None]


SHAPES = [
    dict(name="one", layers=1, bidirectional=False, inputs=5, hidden=7, lengths=[4, 1, 6, 3]),
    dict(name="both", layers=1, bidirectional=True, inputs=6, hidden=5, lengths=[2, 7, 7, 1, 4]),
    dict(name="stack", layers=2, bidirectional=False, inputs=3, hidden=4, lengths=[5, 2]),
    dict(name="stackBoth", layers=2, bidirectional=True, inputs=4, hidden=6, lengths=[3, 8, 1, 8, 5]),
    dict(name="three", layers=3, bidirectional=False, inputs=5, hidden=6, lengths=[1, 9, 4, 2]),
    dict(name="threeBoth", layers=3, bidirectional=True, inputs=4, hidden=5, lengths=[7, 3, 7, 1]),
]

# Name of the cell -> module and its arguments.
CELLS = {
    "lstm": (nn.LSTM, {}),
    "gru": (nn.GRU, {}),
    "rnnTanh": (nn.RNN, dict(nonlinearity="tanh")),
    "rnnRelu": (nn.RNN, dict(nonlinearity="relu")),
}


def create_cell(cell, inputs, hidden, layers, bidirectional):
    kind, arguments = CELLS[cell]
    return kind(inputs, hidden, layers, batch_first=True, bidirectional=bidirectional, **arguments)


def recurrent_vectors(cell):
    """Forward and backward of a cell over packed sequences, with initial states and gradients of every result."""
    tensors, cases = {}, []
    for seed, case in enumerate(SHAPES):
        torch.manual_seed(100 + seed)
        batch, steps = len(case["lengths"]), max(case["lengths"])
        directions = 2 if case["bidirectional"] else 1
        module = create_cell(cell, case["inputs"], case["hidden"], case["layers"], case["bidirectional"])
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.mul_(2 if cell != "rnnRelu" else 1)
        x = padded(torch.randn(batch, steps, case["inputs"]), case["lengths"]).requires_grad_()
        state_shape = (case["layers"] * directions, batch, case["hidden"])
        # h, and c of an LSTM.
        names = ["h", "c"] if cell == "lstm" else ["h"]
        initial = [(0.5 * torch.randn(state_shape)).requires_grad_() for _ in names]
        packed = pack_padded_sequence(x, torch.tensor(case["lengths"]), batch_first=True, enforce_sorted=False)
        out_packed, final = module(packed, tuple(initial) if cell == "lstm" else initial[0])
        final = list(final) if cell == "lstm" else [final]
        out, _ = pad_packed_sequence(out_packed, batch_first=True)
        d_out = padded(torch.randn_like(out), case["lengths"])
        d_final = [torch.randn_like(state) for state in final]
        torch.autograd.backward([out, *final], [d_out, *d_final])
        entries = {"x": x, "out": out, "dOut": d_out, "grad.x": x.grad}
        for at, name in enumerate(names):
            entries[f"{name}0"] = initial[at]
            entries[f"grad.{name}0"] = initial[at].grad
            entries[f"{name}N"] = final[at]
            entries[f"d{name.upper()}N"] = d_final[at]
        for name, parameter in module.named_parameters():
            entries[f"weight.{name}"] = parameter
            entries[f"grad.{name}"] = parameter.grad
        # Once more from zero states and with the gradient of the outputs alone, as a text classifier runs it.
        module.zero_grad()
        x2 = x.detach().clone().requires_grad_()
        packed = pack_padded_sequence(x2, torch.tensor(case["lengths"]), batch_first=True, enforce_sorted=False)
        out2, _ = pad_packed_sequence(module(packed)[0], batch_first=True)
        out2.backward(d_out)
        entries |= {"zero.out": out2, "zero.grad.x": x2.grad}
        for name, parameter in module.named_parameters():
            entries[f"zero.grad.{name}"] = parameter.grad
        # And from the given states with the gradient of the outputs alone, as a language model trains on from the states before.
        module.zero_grad()
        x3 = x.detach().clone().requires_grad_()
        given = [state.detach().clone().requires_grad_() for state in initial]
        packed = pack_padded_sequence(x3, torch.tensor(case["lengths"]), batch_first=True, enforce_sorted=False)
        out3, _ = pad_packed_sequence(module(packed, tuple(given) if cell == "lstm" else given[0])[0], batch_first=True)
        out3.backward(d_out)
        entries["states.grad.x"] = x3.grad
        for at, name in enumerate(names):
            entries[f"states.grad.{name}0"] = given[at].grad
        for name, parameter in module.named_parameters():
            entries[f"states.grad.{name}"] = parameter.grad
        tensors |= {f"{case['name']}.{key}": value.clone() for key, value in entries.items()}
        cases.append(case)
    save(cell, tensors, cases)


class Classifier(nn.Module):
    def __init__(self, vocabulary, size, hidden, layers, bidirectional, classes, pooling, cell="lstm"):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size, padding_idx=0)
        self.encoder = create_cell(cell, size, hidden, layers, bidirectional)
        width = hidden * (2 if bidirectional else 1)
        if pooling == "attention":
            self.attention = nn.Linear(width, 1, bias=False)
        self.head = nn.Linear(width, classes)
        self.pooling = pooling

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        out_packed, final = self.encoder(packed)
        h_n = final[0] if isinstance(final, tuple) else final
        out, _ = pad_packed_sequence(out_packed, batch_first=True)
        mask = (torch.arange(out.shape[1])[None, :] < lengths[:, None])[:, :, None]
        if self.pooling == "last":
            directions = 2 if self.encoder.bidirectional else 1
            pooled = torch.cat(list(h_n[-directions:]), dim=1)
        elif self.pooling == "mean":
            pooled = (out * mask).sum(1) / lengths[:, None]
        elif self.pooling == "attention":
            pooled = (self.attention(out).masked_fill(~mask, -torch.inf).softmax(1) * out).sum(1)
        else:
            pooled = out.masked_fill(~mask, -torch.inf).amax(1)
        return self.head(pooled)


def model_vectors():
    """Logits, loss and the gradient of every parameter of whole classifiers, one for each pooling."""
    tensors, cases = {}, []
    for seed, (pooling, layers, bidirectional) in enumerate(
        [("last", 1, False), ("last", 2, True), ("mean", 1, True), ("max", 2, True), ("max", 1, False),
         ("attention", 1, False), ("attention", 2, True)]
    ):
        torch.manual_seed(200 + seed)
        name = f"case{seed}"
        lengths = torch.tensor([3, 9, 1, 5, 9, 2])
        ids = torch.randint(1, 20, (6, 9)) * (torch.arange(9)[None, :] < lengths[:, None])
        labels = torch.tensor([0, 2, 1, 3, 3, 0])
        model = Classifier(20, 6, 5, layers, bidirectional, 4, pooling)
        logits = model(ids, lengths)
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
        loss.backward()
        tensors |= {f"{name}.ids": ids, f"{name}.labels": labels, f"{name}.logits": logits, f"{name}.loss": loss}
        for key, parameter in model.named_parameters():
            tensors[f"{name}.weight.{key}"] = parameter
            tensors[f"{name}.grad.{key}"] = parameter.grad
        cases.append(dict(name=name, pooling=pooling, layers=layers, bidirectional=bidirectional, vocabulary=20, size=6,
                          hidden=5, classes=4, labelSmoothing=0.1, lengths=lengths.tolist()))
    save("model", tensors, cases)


def loss_vectors():
    torch.manual_seed(300)
    tensors, cases = {}, []
    weights = torch.tensor([0.5, 2.0, 0.0, 1.25, 3.0])
    for index, (smoothing, weighted, scale) in enumerate(
        [(0.0, False, 1), (0.1, False, 1), (0.0, True, 1), (0.2, True, 1), (0.0, False, 200), (0.3, True, 200)]
    ):
        name = f"case{index}"
        logits = (scale * torch.randn(9, 5)).requires_grad_()
        labels = torch.tensor([0, 1, 2, 3, 4, 4, 1, 0, 2])
        loss = nn.functional.cross_entropy(logits, labels, weights if weighted else None, label_smoothing=smoothing)
        loss.backward()
        tensors |= {f"{name}.logits": logits, f"{name}.labels": labels, f"{name}.loss": loss, f"{name}.grad": logits.grad}
        cases.append(dict(name=name, labelSmoothing=smoothing, classWeights=weights.tolist() if weighted else None))
    save("loss", tensors, cases)


OPTIMIZERS = [
    dict(type="sgd", learningRate=0.1, momentum=0, nesterov=False, weightDecay=0),
    dict(type="sgd", learningRate=0.05, momentum=0.9, nesterov=False, weightDecay=0),
    dict(type="sgd", learningRate=0.05, momentum=0.9, nesterov=True, weightDecay=0.01),
    dict(type="adam", learningRate=0.001, betas=[0.9, 0.999], epsilon=1e-8, weightDecay=0),
    dict(type="adam", learningRate=0.01, betas=[0.8, 0.99], epsilon=1e-6, weightDecay=0.02),
    dict(type="adamw", learningRate=0.01, betas=[0.9, 0.999], epsilon=1e-8, weightDecay=0.1),
    dict(type="rmsprop", learningRate=0.002, alpha=0.99, epsilon=1e-8, momentum=0, centered=False, weightDecay=0),
    dict(type="rmsprop", learningRate=0.002, alpha=0.9, epsilon=1e-6, momentum=0.9, centered=False, weightDecay=0.01),
    dict(type="rmsprop", learningRate=0.005, alpha=0.95, epsilon=1e-6, momentum=0, centered=True, weightDecay=0),
    dict(type="rmsprop", learningRate=0.001, alpha=0.9, epsilon=1e-6, momentum=0.8, centered=True, weightDecay=0.02),
    dict(type="adagrad", learningRate=0.01, learningRateDecay=0, initialAccumulatorValue=0, epsilon=1e-10, weightDecay=0),
    dict(type="adagrad", learningRate=0.05, learningRateDecay=0.02, initialAccumulatorValue=0.1, epsilon=1e-8,
         weightDecay=0.01),
]


def torch_optimizer(options, parameters):
    common = dict(lr=options["learningRate"], weight_decay=options["weightDecay"])
    kind = options["type"]
    if kind == "sgd":
        return torch.optim.SGD(parameters, momentum=options["momentum"], nesterov=options["nesterov"], **common)
    common["eps"] = options["epsilon"]
    if kind == "rmsprop":
        return torch.optim.RMSprop(
            parameters, alpha=options["alpha"], momentum=options["momentum"], centered=options["centered"], **common
        )
    if kind == "adagrad":
        return torch.optim.Adagrad(
            parameters, lr_decay=options["learningRateDecay"],
            initial_accumulator_value=options["initialAccumulatorValue"], **common,
        )
    return dict(adam=torch.optim.Adam, adamw=torch.optim.AdamW)[kind](parameters, betas=tuple(options["betas"]), **common)


def optimizer_vectors():
    """Twenty steps of two parameters, whose gradients (0.001 to 1 in size) are given. Values stay near 1, where float32 has 7 digits."""
    tensors, cases = {}, []
    for index, options in enumerate(OPTIMIZERS):
        torch.manual_seed(400 + index)
        name = f"case{index}"
        parameters = [(0.3 * torch.randn(7, 3)).requires_grad_(), (0.3 * torch.randn(11)).requires_grad_()]
        optimizer = torch_optimizer(options, parameters)
        for p, parameter in enumerate(parameters):
            tensors[f"{name}.{p}.start"] = parameter.clone()
        gradients = [[], []]
        after = [[], []]
        for _ in range(20):
            for p, parameter in enumerate(parameters):
                parameter.grad = torch.randn_like(parameter) * 10 ** (torch.rand(1) * 3 - 3)
                gradients[p].append(parameter.grad.flatten().clone())
            optimizer.step()
            for p, parameter in enumerate(parameters):
                after[p].append(parameter.detach().flatten().clone())
        for p in range(2):
            tensors[f"{name}.{p}.gradients"] = torch.stack(gradients[p])
            tensors[f"{name}.{p}.after"] = torch.stack(after[p])
        cases.append(dict(name=name, options=options))
    save("optimizers", tensors, cases)


LAZY = [
    dict(type="adam", learningRate=0.01, betas=[0.9, 0.999], epsilon=1e-8, lazy=True, weightDecay=0),
    dict(type="adam", learningRate=0.02, betas=[0.8, 0.99], epsilon=1e-3, lazy=True, weightDecay=0),
    # Without weight decay AdamW is Adam.
    dict(type="adamw", learningRate=0.005, betas=[0.9, 0.95], epsilon=1e-6, lazy=True, weightDecay=0),
]


def lazy_vectors():
    """Twenty steps of torch.optim.SparseAdam on a table of which every step uses other rows: [steps, rows, size] where it is used."""
    tensors, cases = {}, []
    for index, options in enumerate(LAZY):
        torch.manual_seed(450 + index)
        name, row_count, size, used = f"case{index}", 13, 5, 4
        table = (0.3 * torch.randn(row_count, size)).requires_grad_()
        tensors[f"{name}.start"] = table.clone()
        optimizer = torch.optim.SparseAdam(
            [table], lr=options["learningRate"], betas=tuple(options["betas"]), eps=options["epsilon"]
        )
        rows, gradients, after = [], [], []
        for _ in range(20):
            rows.append(torch.randperm(row_count)[:used])
            gradients.append(torch.randn(used, size) * 10 ** (torch.rand(1) * 3 - 3))
            table.grad = torch.sparse_coo_tensor(rows[-1][None], gradients[-1], table.shape).coalesce()
            optimizer.step()
            after.append(table.detach().clone())
        tensors |= {f"{name}.rows": torch.stack(rows), f"{name}.gradients": torch.stack(gradients)}
        tensors[f"{name}.after"] = torch.stack(after)
        cases.append(dict(name=name, options=options, rowCount=row_count, size=size, used=used))
    save("lazyAdam", tensors, cases)


def layer_norm_vectors():
    """nn.LayerNorm forward and backward; the last rows lie around 100, so that a variance in one pass would be far off."""
    tensors, cases = {}, []
    shapes = [(5, 7, 1e-5, 0), (3, 64, 1e-12, 0), (70, 33, 1e-5, 0), (6, 3, 1e-3, 0), (8, 16, 1e-5, 100)]
    for index, (rows, width, epsilon, offset) in enumerate(shapes):
        torch.manual_seed(480 + index)
        name = f"case{index}"
        module = nn.LayerNorm(width, eps=epsilon)
        with torch.no_grad():
            module.weight.copy_(1 + 0.5 * torch.randn(width))
            module.bias.copy_(torch.randn(width))
        x = (offset + torch.randn(rows, width)).requires_grad_()
        y = module(x)
        d_y = torch.randn_like(y)
        y.backward(d_y)
        tensors |= {f"{name}.x": x, f"{name}.gamma": module.weight, f"{name}.beta": module.bias, f"{name}.y": y}
        tensors |= {f"{name}.dY": d_y, f"{name}.dX": x.grad}
        tensors |= {f"{name}.dGamma": module.weight.grad, f"{name}.dBeta": module.bias.grad}
        cases.append(dict(name=name, rows=rows, width=width, epsilon=epsilon, offset=offset))
    save("layerNorm", tensors, cases)


def training_vectors():
    """Twenty steps of small classifiers over one batch: every cell with every optimizer, and of one and three layers. Losses before each
    step, weights after the last.

    The epsilon is 1e-3 here: an optimizer that divides a gradient of 1e-6, which has few correct digits in float32, by its own size makes
    steps as large as any out of rounding errors. What a small epsilon does is in optimizer_vectors, whose gradients are given.
    """
    tensors, cases = {}, []
    lengths = torch.tensor([3, 6, 1, 5])
    common = dict(vocabulary=12, size=4, classes=3)
    every = dict(hidden=4, layers=2, bidirectional=True, pooling="mean", **common)
    runs = [(cell, index, f"{cell}{index}", options, every) for cell in CELLS for index, options in enumerate(OPTIMIZERS)]
    # One layer in one direction, wider than any vector, and three in both, with Adam.
    other = {
        "Wide": dict(hidden=19, layers=1, bidirectional=False, pooling="last", **common),
        "Deep": dict(hidden=9, layers=3, bidirectional=True, pooling="max", **common),
        "Attentive": dict(hidden=5, layers=1, bidirectional=True, pooling="attention", **common),
    }
    runs += [(cell, 20, f"{cell}{name}", OPTIMIZERS[4], shape) for cell in CELLS for name, shape in other.items()]
    for cell, seed, name, options, shape in runs:
        options = options | ({"epsilon": 1e-3} if "epsilon" in options else {})
        torch.manual_seed(500 + seed)
        ids = torch.randint(1, 12, (4, 6)) * (torch.arange(6)[None, :] < lengths[:, None])
        labels = torch.tensor([0, 2, 1, 2])
        model = Classifier(**shape, cell=cell)
        optimizer = torch_optimizer(options, model.parameters())
        tensors |= {f"{name}.ids": ids, f"{name}.labels": labels}
        tensors |= {f"{name}.start.{key}": parameter.clone() for key, parameter in model.named_parameters()}
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(ids, lengths), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        tensors[f"{name}.losses"] = torch.stack(losses)
        tensors |= {f"{name}.end.{key}": parameter for key, parameter in model.named_parameters()}
        cases.append(dict(name=name, cell=cell, options=options, lengths=lengths.tolist(), **shape))
    save("training", tensors, cases)


def clip_vectors():
    tensors, cases = {}, []
    for index, (kind, limit) in enumerate([("norm", 1.0), ("norm", 1000.0), ("value", 0.5)]):
        torch.manual_seed(500 + index)
        name = f"case{index}"
        parameters = [torch.zeros(4, 5), torch.zeros(9)]
        for p, parameter in enumerate(parameters):
            parameter.grad = torch.randn_like(parameter)
            tensors[f"{name}.{p}.gradient"] = parameter.grad.clone()
        if kind == "norm":
            tensors[f"{name}.norm"] = nn.utils.clip_grad_norm_(parameters, limit)
        else:
            nn.utils.clip_grad_value_(parameters, limit)
        for p, parameter in enumerate(parameters):
            tensors[f"{name}.{p}.clipped"] = parameter.grad
        cases.append(dict(name=name, kind=kind, limit=limit))
    save("clip", tensors, cases)


def metric_vectors():
    """Classes: all present; one never predicted; one absent from both; one predicted but absent."""
    tensors, cases = {}, []
    random = np.random.default_rng(600)
    truths = [random.integers(0, 4, 60), random.integers(0, 4, 40), random.choice([0, 1, 3], 30), random.choice([0, 1], 25)]
    guesses = [np.where(random.random(60) < 0.6, truths[0], random.integers(0, 4, 60)), random.choice([0, 1, 3], 40),
               random.choice([0, 1, 3], 30), random.choice([0, 1, 2], 25)]
    for index, (truth, guess) in enumerate(zip(truths, guesses)):
        name = f"case{index}"
        per_class = precision_recall_fscore_support(truth, guess, labels=range(4), zero_division=0)
        tensors |= {
            f"{name}.actual": torch.tensor(truth),
            f"{name}.predicted": torch.tensor(guess),
            f"{name}.perClass": torch.tensor(np.array(per_class, dtype=np.float64)),
            f"{name}.confusion": torch.tensor(confusion_matrix(truth, guess, labels=range(4))),
            f"{name}.scores": torch.tensor([
                accuracy_score(truth, guess),
                f1_score(truth, guess, average="macro", zero_division=0),
                f1_score(truth, guess, average="weighted", zero_division=0),
            ]),
        }
        cases.append(dict(name=name))
    save("metrics", tensors, cases)


if __name__ == "__main__":
    VECTORS.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    for cell in CELLS:
        recurrent_vectors(cell)
    model_vectors()
    loss_vectors()
    optimizer_vectors()
    lazy_vectors()
    layer_norm_vectors()
    training_vectors()
    clip_vectors()
    metric_vectors()
