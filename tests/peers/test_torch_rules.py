"""Losses, optimizers, clipping, schedules and orthogonal weights against PyTorch's."""

import numpy as np
import pytest
import torch

from rnn_kernels import (
    Loss,
    Optimizer,
    Schedule,
    clip_by_global_norm,
    clip_by_value,
    measure,
)
from tests.kernels.support import DTYPES

TOLERANCE = {np.float64: 1e-12, np.float32: 1e-5}


def assert_same(ours, theirs, dtype=np.float64):
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=tolerance, atol=tolerance)


def pinball(y, target):
    """PyTorch has no quantile loss; this is its definition."""
    quantiles = torch.tensor([0.1, 0.5, 0.9], dtype=y.dtype)
    error = target[..., None] - y.reshape(*target.shape, 3)
    return torch.maximum(quantiles * error, (quantiles - 1) * error).mean()


def class_loss(y, target):
    return torch.nn.functional.cross_entropy(y.reshape(-1, y.shape[-1]), target.reshape(-1))


PEERS = [
    (Loss("mse"), torch.nn.functional.mse_loss),
    (Loss("mae"), torch.nn.functional.l1_loss),
    (Loss("huber", delta=0.6), lambda y, t: torch.nn.functional.huber_loss(y, t, delta=0.6)),
    (Loss("quantile", quantiles=(0.1, 0.5, 0.9)), pinball),
    (Loss("cross-entropy"), class_loss),
]


@pytest.mark.parametrize("first", [0, 4])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("loss", "peer"), PEERS, ids=lambda p: getattr(p, "name", ""))
def test_losses_and_gradients(loss, peer, dtype, first):
    rng = np.random.default_rng(0)
    y = rng.normal(size=(9, 4, 6)).astype(dtype)
    target = rng.normal(size=(9, 4, 6 // loss.outputs_per_target)).astype(dtype)
    if loss.name == "cross-entropy":
        target = rng.integers(0, 6, (9, 4))
    dy = np.empty_like(y)
    ours = measure(loss, y, target, dy, first=first)
    theirs_y = torch.tensor(y, requires_grad=True)
    theirs = peer(theirs_y[first:], torch.tensor(target)[first:])
    theirs.backward()
    assert ours == pytest.approx(theirs.item(), rel=TOLERANCE[dtype])
    assert_same(dy, theirs_y.grad, dtype)


RULES = [
    ("sgd", {}, torch.optim.SGD, {}),
    ("sgd", {"momentum": 0.9}, torch.optim.SGD, {"momentum": 0.9}),
    (
        "sgd",
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.02},
        torch.optim.SGD,
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.02},
    ),
    ("rmsprop", {}, torch.optim.RMSprop, {}),
    (
        "rmsprop",
        {"smoothing": 0.8, "epsilon": 1e-4, "momentum": 0.7, "weight_decay": 0.02},
        torch.optim.RMSprop,
        {"alpha": 0.8, "eps": 1e-4, "momentum": 0.7, "weight_decay": 0.02},
    ),
    ("adam", {}, torch.optim.Adam, {}),
    (
        "adam",
        {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4, "weight_decay": 0.02},
        torch.optim.Adam,
        {"betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.02},
    ),
    ("adamw", {}, torch.optim.AdamW, {}),
    (
        "adamw",
        {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4, "weight_decay": 0.2},
        torch.optim.AdamW,
        {"betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.2},
    ),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "settings", "peer", "theirs"), RULES)
def test_optimizers_take_the_same_steps(name, settings, peer, theirs, dtype):
    rng = np.random.default_rng(0)
    ours = rng.normal(size=500).astype(dtype)
    parameter = torch.nn.Parameter(torch.tensor(ours))
    optimizer = Optimizer(name, size=500, dtype=dtype, **settings)
    their_rule = peer([parameter], lr=0.01, **theirs)
    for _ in range(100):
        gradient = (rng.normal(size=500) * 10.0 ** rng.integers(-5, 3)).astype(dtype)
        optimizer.update(ours, gradient, learning_rate=0.01)
        parameter.grad = torch.tensor(gradient)
        their_rule.step()
    assert_same(ours, parameter, dtype)


@pytest.mark.parametrize("limit", [0.3, 10.0])
def test_clipping_by_value(limit):
    ours = np.random.default_rng(0).normal(size=200)
    parameter = torch.nn.Parameter(torch.zeros(200, dtype=torch.float64))
    parameter.grad = torch.tensor(ours)
    torch.nn.utils.clip_grad_value_([parameter], limit)
    clip_by_value(ours, limit)
    assert_same(ours, parameter.grad)


def test_clipping_by_norm():
    """PyTorch adds 1e-6 to the norm that it divides by."""
    ours = np.random.default_rng(0).normal(size=200)
    parameter = torch.nn.Parameter(torch.zeros(200, dtype=torch.float64))
    parameter.grad = torch.tensor(ours)
    norm = torch.nn.utils.clip_grad_norm_([parameter], 2.0)
    assert clip_by_global_norm(ours, 2.0) == pytest.approx(norm.item(), rel=1e-12)
    np.testing.assert_allclose(ours, parameter.grad.numpy(), rtol=1e-6)


def torch_rates(make, count):
    """Learning rates of a scheduler, step by step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = make(optimizer)
    rates = []
    for _ in range(count):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


def warmed(make, warm_up):
    """PyTorch's linear warm-up before a scheduler."""
    from torch.optim.lr_scheduler import LinearLR, SequentialLR

    def both(optimizer):
        rise = LinearLR(optimizer, start_factor=1 / warm_up, total_iters=warm_up - 1)
        return SequentialLR(optimizer, [rise, make(optimizer)], [warm_up])

    return both


SCHEDULES = {
    "cosine": (
        Schedule("cosine", steps=40, floor=0.1),
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 40, eta_min=0.01),
    ),
    "step": (
        Schedule("step", steps=7, decay=0.3),
        lambda o: torch.optim.lr_scheduler.StepLR(o, 7, 0.3),
    ),
    "exponential": (
        Schedule("exponential", steps=1, decay=0.93),
        lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.93),
    ),
    "constant": (
        Schedule("constant"),
        lambda o: torch.optim.lr_scheduler.ConstantLR(o, factor=1.0),
    ),
}


@pytest.mark.filterwarnings("ignore:The epoch parameter:UserWarning")  # SequentialLR's own
@pytest.mark.parametrize("warm_up", [0, 5])
@pytest.mark.parametrize(("schedule", "make"), SCHEDULES.values(), ids=SCHEDULES)
def test_schedules(schedule, make, warm_up):
    own = Schedule(
        schedule.name, steps=schedule.steps, decay=schedule.decay, floor=schedule.floor,
        warm_up=warm_up,
    )  # fmt: skip
    ours = np.empty(41)
    own.fill(ours, 0.1, 0)
    theirs = torch_rates(warmed(make, warm_up) if warm_up else make, 41)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
