"""Dropout between layers against PyTorch's autograd with the same masks, in float64."""

import pytest
import torch

from rnn_kernels import Dropout, Network
from tests.kernels.support import assert_close, by_layer, ending, random_problem
from tests.kernels.test_dropout import solve
from tests.peers.layers import IN_TORCH, layers_of, own_names


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("cell", IN_TORCH)
def test_outputs_and_gradients_agree(cell, threads):
    problem = random_problem(cell, T=10, B=9, D=3, H=20, layers=3, scale=0.2)
    network, dropout = problem.network, Dropout(0.4, 3)
    masks = torch.from_numpy(dropout.masks(network, 10, 9, 0))
    x = torch.tensor(problem.x, requires_grad=True)
    h0, c0 = (torch.from_numpy(by_layer(a).copy()) for a in (problem.h0, problem.c0))
    dh_T, dc_T = (torch.from_numpy(by_layer(a).copy()) for a in (problem.dh_T, problem.dc_T))
    h, loss, parameters = x, 0, {}
    for n in range(network.layers):
        alone = Network(cell, network.layer_inputs(n), 20, network.output_size)
        layer = layers_of(alone, torch.float64)
        for ours, theirs in own_names(alone).items():
            parameter = getattr(layer, f"{theirs}_l0")
            with torch.no_grad():
                parameter.copy_(torch.from_numpy(problem.parameters[ours + ending(n)]))
            parameters[ours + ending(n)] = parameter
        states = (h0[n : n + 1], c0[n : n + 1]) if network.has_cell_state else h0[n : n + 1]
        h, final = layer(h, states)
        h_T, c_T = final if network.has_cell_state else (final, None)
        loss = loss + (dh_T[n] * h_T[0]).sum()
        loss = loss + ((dc_T[n] * c_T[0]).sum() if network.has_cell_state else 0)
        h = h * masks[n] if n + 1 < network.layers else h
    readout = {
        name: torch.tensor(problem.parameters[name], requires_grad=True) for name in ("W_hy", "b_y")
    }
    y = h @ readout["W_hy"].T + readout["b_y"]
    (loss + (torch.from_numpy(problem.target) * y).sum()).backward()
    found = {"y": y.detach().numpy(), "dx": x.grad.numpy()}
    found |= {f"d{name}": p.grad.numpy() for name, p in (parameters | readout).items()}
    ours = solve(problem, dropout, threads)
    assert_close({name: ours[name] for name in found}, found, rtol=1e-9)
