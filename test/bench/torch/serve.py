"""PyTorch's side of the benches: stays alive and answers a JSON line with a JSON line, so that its turns alternate with ours.

    VENV/bin/python test/bench/torch/serve.py

Requests: {op: hello}; {op: gemm | layer | step, ...} prepares a case; {op: turn, milliseconds} does steps of it for about that long, at
least three, and gives the median of their times. Models are written as a user of PyTorch writes them.
"""

import json
import statistics
import sys
import time

import torch
from classifier import Classifier
from torch import nn

MIN_STEPS = 3
CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


def gemm(case):
    a, b = torch.randn(case["size"], case["size"]), torch.randn(case["size"], case["size"])
    out = torch.empty(case["size"], case["size"])
    return lambda: torch.mm(a, b, out=out)


def layer(case):
    module = CELLS[case["cell"]](case["input"], case["hidden"], batch_first=True)
    x = torch.randn(case["batch"], case["steps"], case["input"], requires_grad=True)
    d_out = torch.randn(case["batch"], case["steps"], case["hidden"])

    def step():
        module.zero_grad()
        x.grad = None
        out, _ = module(x)
        out.backward(d_out)

    return step


def whole_step(case):
    model = Classifier(case["cell"], case["vocabulary"], case["embedding"], case["hidden"], case["classes"])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    batches = []
    for lengths in case["lengths"]:
        lengths = torch.tensor(lengths)
        ids = torch.randint(2, case["vocabulary"], (len(lengths), int(lengths.max())))
        ids *= torch.arange(ids.shape[1])[None, :] < lengths[:, None]
        batches.append((ids, lengths, torch.arange(len(lengths)) % case["classes"]))
    count = 0

    def step():
        nonlocal count
        ids, lengths, labels = batches[count % len(batches)]
        count += 1
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(ids, lengths), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        loss.item()

    return step


PREPARE = {"gemm": gemm, "layer": layer, "step": whole_step}


def turn(step, milliseconds):
    times = []
    started = time.perf_counter()
    while len(times) < MIN_STEPS or (time.perf_counter() - started) * 1000 < milliseconds:
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def answer(request, step):
    """The reply, and the step that turns do from now on."""
    op = request["op"]
    if op == "hello":
        return {"version": torch.__version__}, step
    if op == "turn":
        return {"milliseconds": turn(step, request["milliseconds"])}, step
    torch.manual_seed(1)
    torch.set_num_threads(request["threads"])
    return {}, PREPARE[op](request)


def main():
    step = None
    for line in sys.stdin:
        try:
            reply, step = answer(json.loads(line), step)
        except Exception as error:  # told to whoever asked, who stops
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
