"""Makes the golden vectors of schedules and of fine-tuning with PyTorch and transformers.

    python3 -m venv VENV && VENV/bin/pip install -r test/golden/torch/requirements.txt
    VENV/bin/python test/golden/torch/fineTune.py

Writes test/golden/vectors/torch-schedules.safetensors and torch-fineTune.safetensors, in the form of generate.py.
"""

import torch
from generate import Classifier, save, torch_optimizer
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

TRANSFORMERS = {
    "constant": lambda optimizer, warmup, steps: get_constant_schedule_with_warmup(optimizer, warmup),
    "linear": get_linear_schedule_with_warmup,
    "cosine": get_cosine_schedule_with_warmup,
}


def rates(optimizer, scheduler, steps):
    """The rate of each of `steps` updates."""
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return torch.tensor(seen, dtype=torch.float64)


def schedule_vectors():
    """The optimizers have the rate 1, so that a rate is the schedule's factor."""
    tensors, cases = {}, []
    for kind, make in TRANSFORMERS.items():
        for warmup, steps in [(0, 37), (5, 50), (12, 13)]:
            optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
            name = f"case{len(cases)}"
            tensors[name] = rates(optimizer, make(optimizer, warmup, steps), steps)
            cases.append(dict(name=name, schedule=dict(type=kind, warmupRatio=0, warmupSteps=warmup), steps=steps))
    for options, steps in [((0.3, 25, 1e4), 50), ((0.25, 10, 100), 41), ((0.5, 4, 1000), 8)]:
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
        start, div, final = options
        scheduler = OneCycleLR(optimizer, 1.0, total_steps=steps, pct_start=start, div_factor=div,
                               final_div_factor=final, cycle_momentum=False)
        name = f"case{len(cases)}"
        tensors[name] = rates(optimizer, scheduler, steps)
        schedule = dict(type="oneCycle", pctStart=start, divFactor=div, finalDivFactor=final)
        cases.append(dict(name=name, schedule=schedule, steps=steps))
    save("schedules", tensors, cases)


GROUPS = {"embedding": ["embedding"], "encoder.0": ["_l0"], "encoder.1": ["_l1"], "head": ["head"]}
ADAMW = dict(type="adamw", learningRate=0.02, betas=[0.9, 0.999], epsilon=1e-3, weightDecay=0.1)
SGD = dict(type="sgd", learningRate=0.05, momentum=0.9, nesterov=False, weightDecay=0.05)


def group_of(key):
    return next(group for group, marks in GROUPS.items() if any(mark in key for mark in marks))


def fine_tune_vectors():
    """Twenty steps in which the trained groups change: frozen ones have requires_grad False, each group has a rate and a decay of its own."""
    tensors, cases = {}, []
    shape = dict(vocabulary=12, size=4, hidden=4, layers=2, bidirectional=True, classes=3, pooling="mean")
    lengths = torch.tensor([3, 6, 1, 5])
    learning_rates = {"embedding": 0.001, "encoder.0": 0.004, "encoder.1": 0.02, "head": 0.05}
    # Step (0-based) -> groups trained from there on. The last phase freezes again what had built up momentum.
    phases = {0: ["head"], 5: ["head", "encoder.1"], 10: list(GROUPS), 15: ["embedding", "head"]}
    for index, options in enumerate([ADAMW, SGD]):
        torch.manual_seed(900 + index)
        name = f"case{index}"
        ids = torch.randint(1, 12, (4, 6)) * (torch.arange(6)[None, :] < lengths[:, None])
        labels = torch.tensor([0, 2, 1, 2])
        model = Classifier(**shape, cell="lstm")
        optimizer = torch_optimizer(options, [
            dict(params=[parameter for key, parameter in model.named_parameters() if group_of(key) == group],
                 lr=learning_rates[group]) for group in GROUPS
        ])
        tensors |= {f"{name}.ids": ids, f"{name}.labels": labels}
        tensors |= {f"{name}.start.{key}": parameter.clone() for key, parameter in model.named_parameters()}
        losses = []
        for step in range(20):
            if step in phases:
                for key, parameter in model.named_parameters():
                    parameter.requires_grad_(group_of(key) in phases[step])
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(model(ids, lengths), labels)
            loss.backward()
            nn.utils.clip_grad_norm_([p for p in model.parameters() if p.grad is not None], 1.0)
            optimizer.step()
            losses.append(loss.detach())
        tensors[f"{name}.losses"] = torch.stack(losses)
        tensors |= {f"{name}.end.{key}": parameter for key, parameter in model.named_parameters()}
        cases.append(dict(name=name, options=options, learningRates=learning_rates, lengths=lengths.tolist(),
                          phases=[dict(step=step, groups=groups) for step, groups in phases.items()], **shape))
    save("fineTune", tensors, cases)


if __name__ == "__main__":
    torch.set_num_threads(1)
    schedule_vectors()
    fine_tune_vectors()
