"""Rounding errors in float32 beside PyTorch's, on the same inputs; the truth is float64."""

import sys

import numpy as np
import pytest
import torch

from tests.kernels.support import CELLS, random_problem, solve
from tests.peers.layers import layers_of, own_names
from tests.peers.test_torch import Peer

SIZES = [(50, 16, 32), (100, 32, 64), (200, 4, 33), (60, 8, 128)]
"""T, B, H."""
AT_MOST = 1.3
"""Times PyTorch's error: that of six seeds varies by about as much."""
SEEDS = range(6)


def in_float32(problem):
    """Loss and gradient by PyTorch in float32, without final terms and from zero states."""
    network = problem.network
    layer = layers_of(network, torch.float32)
    readout = torch.nn.Linear(network.hidden_size, network.output_size)
    parameters = {
        ours: getattr(layer, f"{theirs}_l0") for ours, theirs in own_names(network).items()
    }
    parameters |= {"W_hy": readout.weight, "b_y": readout.bias}
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.from_numpy(problem.parameters[name]))
    x, target = (torch.from_numpy(problem.cast(a)) for a in (problem.x, problem.target))
    loss = torch.nn.functional.mse_loss(readout(layer(x)[0]), target)
    loss.backward()
    found = {"loss": loss} | {f"d{name}": p.grad for name, p in parameters.items()}
    return {name: value.detach().numpy().astype(np.float64) for name, value in found.items()}


def at_rest(problem):
    """The problem with zero states and no gradient at the end."""
    for array in (problem.h0, problem.c0, problem.dh_T, problem.dc_T):
        array[...] = 0
    return problem


def error(found, truth, names):
    """‖found − truth‖ / ‖truth‖ over all of the arrays."""
    off = sum(float(np.sum((found[name] - truth[name]) ** 2)) for name in names)
    return (off / sum(float(np.sum(truth[name] ** 2)) for name in names)) ** 0.5


@pytest.mark.parametrize(("T", "B", "H"), SIZES)
@pytest.mark.parametrize("cell", CELLS)
def test_float32_is_as_accurate_as_pytorchs(cell, T, B, H, capsys):
    """Root mean square over seeds: a single loss can be right by chance."""
    errors = {"loss": [], "gradient": []}
    for seed in SEEDS:
        problem = at_rest(
            random_problem(
                cell, T=T, B=B, D=1, H=H, O=1, scale=0.5 / H**0.5, dtype=np.float32, seed=seed
            )
        )
        truth, theirs, ours = Peer(problem).solve(), in_float32(problem), solve(problem)
        gradients = [name for name in theirs if name != "loss"]
        for kind, names in (("loss", ["loss"]), ("gradient", gradients)):
            errors[kind].append([error(found, truth, names) for found in (ours, theirs)])
    eps = float(np.finfo(np.float32).eps)
    said = f"\n{cell} T={T} B={B} H={H}, relative errors in float32:"
    for kind, pairs in errors.items():
        ours, theirs = np.sqrt(np.mean(np.square(pairs), axis=0))
        said += f"  {kind} ours {ours:.1e} PyTorch {theirs:.1e}"
        # The nearest float32 is off by half a unit already.
        assert ours <= AT_MOST * max(theirs, eps / 2), said
    with capsys.disabled():
        sys.stdout.write(said)
