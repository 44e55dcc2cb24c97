"""The kernels against PyTorch's autograd in float64: outputs, final states, every gradient."""

import numpy as np
import pytest
import torch
from hypothesis import given

from rnn_kernels import backward, forward, mse
from tests.kernels.support import (
    CELLS,
    LSTMS,
    assert_close,
    blank,
    by_layer,
    ending,
    expected,
    left_in,
    random_problem,
    random_sizes,
    rounding_slack,
    solve,
)
from tests.peers.layers import layers_of, own_names, unit_of

RTOL = 1e-9


def tensor(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


class Peer:
    """The same problem in PyTorch: its recurrent layer, a linear readout, the same loss."""

    def __init__(self, problem):
        self.problem = problem
        network = problem.network
        self.layer = layers_of(network, torch.float64)
        self.readout = torch.nn.Linear(network.hidden_size, network.output_size).double()
        self.parameters = {"W_hy": self.readout.weight, "b_y": self.readout.bias}
        for n in range(network.layers):
            for ours, theirs in own_names(network).items():
                self.parameters[ours + ending(n)] = getattr(self.layer, f"{theirs}_l{n}")
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(torch.from_numpy(problem.parameters[name]))
        self.x = tensor(problem.x)
        self.h0, self.c0 = (tensor(by_layer(a)) for a in (problem.h0, problem.c0))

    def final_term(self, h, c):
        """The part of the loss that depends on the final states; dh_T and dc_T are its slopes."""
        term = (torch.from_numpy(by_layer(self.problem.dh_T)) * h).sum()
        if c is None:
            return term
        return term + (torch.from_numpy(by_layer(self.problem.dc_T)) * c).sum()

    def error(self, y):
        first = self.problem.first
        target = torch.from_numpy(self.problem.target)
        return torch.nn.functional.mse_loss(y[first:], target[first:])

    def solve(self):
        """Through the fused layer; keys as in `support.solve`, without gates and norms."""
        lstm = self.problem.cell in LSTMS
        if lstm:
            h, final = self.layer(self.x, (self.h0, self.c0))
        else:
            h, h_T = self.layer(self.x, self.h0)
            final = h_T, None
        y = self.readout(h)
        loss = self.error(y)
        (loss + self.final_term(*final)).backward()
        last = ending(self.problem.network.layers - 1)
        found = {"loss": loss, "y": y[self.problem.first :], f"h{last}": h, "h_T": final[0]}
        found |= {"dx": self.x.grad}
        for n in range(self.problem.network.layers):
            found[f"dh0{ending(n)}"] = self.h0.grad[n]
            if lstm:
                found[f"dc0{ending(n)}"] = self.c0.grad[n]
        if lstm:
            found["c_T"] = final[1]
        found |= {f"d{name}": p.grad for name, p in self.parameters.items()}
        return {name: value.detach().numpy() for name, value in found.items()}

    def cell(self, n):
        """One layer as PyTorch's cell, with the same parameters."""
        network = self.problem.network
        unit = unit_of(network, n, torch.float64)
        with torch.no_grad():
            for ours, theirs in own_names(network).items():
                getattr(unit, theirs).copy_(self.parameters[ours + ending(n)])
        return unit

    def norms(self):
        """‖∂L/∂h_t‖ and ‖∂L/∂c_t‖, through loops over PyTorch's cell that keep every state."""
        lstm = self.problem.cell in LSTMS
        kept, final_h, final_c = {}, [], []
        inputs = list(self.x)
        for n in range(self.problem.network.layers):
            unit, h, c = self.cell(n), self.h0[n], self.c0[n]
            hidden, cells = [], []
            for x in inputs:
                if lstm:
                    h, c = unit(x, (h, c))
                    c.retain_grad()
                    cells.append(c)
                else:
                    h = unit(x, h)
                h.retain_grad()
                hidden.append(h)
            kept |= {f"dh_norm{ending(n)}": hidden}
            kept |= {f"dc_norm{ending(n)}": cells} if lstm else {}
            final_h.append(h)
            final_c.append(c)
            inputs = hidden
        final = torch.stack(final_h), torch.stack(final_c) if lstm else None
        (self.error(self.readout(torch.stack(inputs))) + self.final_term(*final)).backward()
        return {
            name: np.array([torch.linalg.norm(state.grad).item() for state in states])
            for name, states in kept.items()
        }


def chosen(solution, names):
    return {name: solution[name] for name in names}


def with_final_states(problem, solution):
    """Add the final states of all layers to a solution."""
    layers = range(problem.network.layers)
    for name in ("h", "c") if problem.cell in LSTMS else ("h",):
        final = np.stack([solution[name + ending(n)][-1] for n in layers])
        solution = solution | {f"{name}_T": final}
    return solution


def assert_agrees(problem):
    ours, theirs = with_final_states(problem, solve(problem)), Peer(problem).solve()
    slack = rounding_slack(problem, expected(problem))
    for name in ("h", "c") if problem.cell in LSTMS else ("h",):
        layers = range(problem.network.layers)
        slack[f"{name}_T"] = max(slack[name + ending(n)] for n in layers)
    assert_close(chosen(ours, theirs), theirs, rtol=RTOL, slack=slack)


@given(sizes=random_sizes())
def test_outputs_states_and_gradients_agree_on_random_shapes(sizes):
    assert_agrees(random_problem(**sizes))


@given(sizes=random_sizes())
def test_norms_of_the_total_derivatives_agree_on_random_shapes(sizes):
    problem = random_problem(**sizes)
    ours, theirs = solve(problem), Peer(problem).norms()
    slack = rounding_slack(problem, expected(problem))
    assert_close(chosen(ours, theirs), theirs, rtol=RTOL, slack=slack)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("T", "B", "H"), [(40, 9, 64), (25, 32, 50), (3, 5, 130)])
@pytest.mark.parametrize("cell", CELLS)
def test_larger_networks_agree(cell, T, B, H, threads):
    problem = random_problem(cell, T=T, B=B, D=3, H=H, O=2, scale=H**-0.5, first=2)
    theirs = Peer(problem).solve()
    ours = with_final_states(problem, solve(problem, threads))
    assert_close(chosen(ours, theirs), theirs, rtol=RTOL)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("T", "B", "D", "H"), [(7, 5, 3, 9), (8, 16, 1, 32), (5, 9, 2, 50), (4, 3, 40, 33)]
)
@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_several_layers_agree(cell, layers, T, B, D, H, threads):
    problem = random_problem(cell, T=T, B=B, D=D, H=H, O=2, layers=layers, scale=H**-0.5, first=1)
    theirs = Peer(problem).solve()
    assert theirs["h_T"].shape == (layers, B, H)
    ours = with_final_states(problem, solve(problem, threads))
    assert_close(chosen(ours, theirs), theirs, rtol=RTOL)


@pytest.mark.parametrize("cell", CELLS)
def test_without_a_gradient_at_the_final_states_the_outputs_alone_count(cell):
    problem = random_problem(cell, H=9)
    for array in (problem.dh_T, problem.dc_T):
        array[...] = 0
    theirs = Peer(problem).solve()
    workspace, gradient = problem.workspace(), blank(problem.network, np.float64)
    forward(problem.network, problem.flat, workspace)
    loss = mse(workspace.y, problem.target, workspace.dy)
    backward(problem.network, problem.flat, workspace, gradient)
    ours = {"loss": np.array(loss), **left_in(workspace, 0, gradient)}
    ours = with_final_states(problem, ours)
    assert_close(chosen(ours, theirs), theirs, rtol=RTOL)
