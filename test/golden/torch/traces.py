"""Makes the golden vectors of traces with PyTorch: every gate and state, computed cell by cell, and derivatives in the embeddings.

    VENV/bin/python test/golden/torch/traces.py

Writes test/golden/vectors/torch-traces.safetensors; see generate.py for the rest. States come from nn.LSTMCell, nn.GRUCell and nn.RNNCell,
gates from the equations written out here; both are held against nn.LSTM, nn.GRU and nn.RNN over the whole text.
"""

import torch
from generate import Classifier, save
from torch import nn

VOCABULARY = 12
CLASSES = 3
INTEGRATED_STEPS = 24
CASES = [
    dict(cell="lstm", layers=2, bidirectional=True, pooling="max", tokens=9),
    dict(cell="lstm", layers=1, bidirectional=False, pooling="last", tokens=12),
    dict(cell="gru", layers=1, bidirectional=False, pooling="mean", tokens=11),
    dict(cell="gru", layers=2, bidirectional=True, pooling="last", tokens=7),
    dict(cell="rnnTanh", layers=2, bidirectional=True, pooling="mean", tokens=8),
    dict(cell="rnnRelu", layers=1, bidirectional=False, pooling="mean", tokens=6),
]


def lstm_step(cell, x, state):
    h, c = state
    z = cell.weight_ih @ x + cell.bias_ih + cell.weight_hh @ h + cell.bias_hh
    i, f, g, o = z.chunk(4)
    i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
    h_next, c_next = cell(x[None], (h[None], c[None]))
    return (h_next[0], c_next[0]), dict(i=i, f=f, g=g, o=o, c=c_next[0], tanhC=c_next[0].tanh(), h=h_next[0])


def gru_step(cell, x, state):
    (h,) = state
    a, b = cell.weight_ih @ x + cell.bias_ih, cell.weight_hh @ h + cell.bias_hh
    (ar, az, an), (br, bz, bn) = a.chunk(3), b.chunk(3)
    r, z = (ar + br).sigmoid(), (az + bz).sigmoid()
    n = (an + r * bn).tanh()
    h_next = cell(x[None], h[None])[0]
    return (h_next,), dict(r=r, z=z, n=n, h=h_next)


def rnn_step(cell, x, state):
    h = cell(x[None], state[0][None])[0]
    return (h,), dict(h=h)


def cell_module(kind, inputs, hidden):
    if kind == "lstm":
        return nn.LSTMCell(inputs, hidden), lstm_step, 2
    if kind == "gru":
        return nn.GRUCell(inputs, hidden), gru_step, 1
    return nn.RNNCell(inputs, hidden, nonlinearity="tanh" if kind == "rnnTanh" else "relu"), rnn_step, 1


def run_direction(encoder, kind, layer, is_reverse, x):
    """The signals of one direction over x [T, I], each [T, H] in token order."""
    suffix = f"_l{layer}" + ("_reverse" if is_reverse else "")
    cell, step, states = cell_module(kind, x.shape[1], encoder.hidden_size)
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        # The very tensors of the encoder, so that derivatives flow; the module itself only lends its arithmetic.
        del cell._parameters[name]
        setattr(cell, name, getattr(encoder, name + suffix))
    state = tuple(torch.zeros(encoder.hidden_size) for _ in range(states))
    rows = [None] * len(x)
    for t in reversed(range(len(x))) if is_reverse else range(len(x)):
        state, rows[t] = step(cell, x[t], state)
    return {name: torch.stack([row[name] for row in rows]) for name in rows[0]}


def run(model, kind, x):
    """Signals by (layer, direction), pooled vector and logits, of embedded tokens x [T, E]."""
    encoder, signals = model.encoder, {}
    for layer in range(encoder.num_layers):
        own = [run_direction(encoder, kind, layer, d == 1, x) for d in range(2 if encoder.bidirectional else 1)]
        for direction, of_direction in enumerate(own):
            signals[layer, direction] = of_direction
        x = torch.cat([of_direction["h"] for of_direction in own], dim=1)
    H = encoder.hidden_size
    pooled = {"max": x.amax(0), "mean": x.mean(0), "last": torch.cat([x[-1, :H], x[0, H:]])}[model.pooling]
    return signals, pooled, model.head(pooled)


def gradient(model, kind, x, target):
    x = x.detach().requires_grad_()
    logit = run(model, kind, x)[2][target]
    return logit.detach(), torch.autograd.grad(logit, x)[0]


def case_vectors(index, case):
    torch.manual_seed(900 + index)
    name, kind, tokens = f"case{index}", case["cell"], case["tokens"]
    model = Classifier(VOCABULARY, 5, 6, case["layers"], case["bidirectional"], CLASSES, case["pooling"], cell=kind)
    with torch.no_grad():
        for parameter in model.encoder.parameters():
            parameter.mul_(2.5 if kind != "rnnRelu" else 1)
    ids = torch.randint(1, VOCABULARY, (tokens,))
    x = model.embedding(ids).detach()
    signals, pooled, logits = run(model, kind, x)
    assert torch.allclose(logits, model(ids[None], torch.tensor([tokens]))[0], atol=1e-6)
    target = int(logits.argmax())
    tensors = {"ids": ids, "embeddings": x, "pooled": pooled, "logits": logits}
    tensors |= {f"weight.{key}": value for key, value in model.named_parameters()}
    for (layer, direction), own in signals.items():
        tensors |= {f"signal.{layer}.{direction}.{key}": value for key, value in own.items()}
        jacobian = torch.autograd.functional.jacobian(lambda x: run(model, kind, x)[0][layer, direction]["h"], x)
        tensors[f"connectivity.{layer}.{direction}"] = jacobian.pow(2).sum(dim=(1, 3)).sqrt()
    logit, d_x = gradient(model, kind, x, target)
    tensors |= {"logit": logit, "norms": d_x.norm(dim=1), "inputTimesGradient": (d_x * x).sum(1)}
    alphas = [(step + 0.5) / INTEGRATED_STEPS for step in range(INTEGRATED_STEPS)]
    mean = torch.stack([gradient(model, kind, alpha * x, target)[1] for alpha in alphas]).mean(0)
    baseline = run(model, kind, torch.zeros_like(x))[2][target]
    tensors |= {"integrated": (mean * x).sum(1), "baselineLogit": baseline}
    return {f"{name}.{key}": value for key, value in tensors.items()}, dict(name=name, target=target, **case)


if __name__ == "__main__":
    torch.set_num_threads(1)
    tensors, cases = {}, []
    for index, case in enumerate(CASES):
        own, described = case_vectors(index, case)
        tensors |= own
        cases.append(described | dict(vocabulary=VOCABULARY, size=5, hidden=6, classes=CLASSES, steps=INTEGRATED_STEPS))
    save("traces", tensors, cases)
