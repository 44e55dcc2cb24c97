"""The kernels against PyTorch's autograd in float64: outputs, final states, every gradient."""

import numpy as np
import pytest
import torch
from hypothesis import given

from rnn_kernels import backward, forward, mse
from tests.kernels.support import (
    CELLS,
    assert_close,
    blank,
    expected,
    left_in,
    random_problem,
    random_sizes,
    rounding_slack,
    solve,
)

RTOL = 1e-9


def tensor(array):
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


class Peer:
    """The same problem in PyTorch: its recurrent layer, a linear readout, the same loss."""

    def __init__(self, problem):
        self.problem = problem
        network = problem.network
        layer = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM}[network.cell]
        self.layer = layer(network.input_size, network.hidden_size, dtype=torch.float64)
        self.readout = torch.nn.Linear(network.hidden_size, network.output_size).double()
        self.parameters = {
            "W_ih": self.layer.weight_ih_l0,
            "W_hh": self.layer.weight_hh_l0,
            "b_ih": self.layer.bias_ih_l0,
            "b_hh": self.layer.bias_hh_l0,
            "W_hy": self.readout.weight,
            "b_y": self.readout.bias,
        }
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(torch.from_numpy(problem.parameters[name]))
        self.x, self.h0, self.c0 = (tensor(a) for a in (problem.x, problem.h0, problem.c0))

    def final_term(self, h, c):
        """The part of the loss that depends on the final states; dh_T and dc_T are its slopes."""
        term = (torch.from_numpy(self.problem.dh_T) * h).sum()
        return term if c is None else term + (torch.from_numpy(self.problem.dc_T) * c).sum()

    def error(self, y):
        first = self.problem.first
        target = torch.from_numpy(self.problem.target)
        return torch.nn.functional.mse_loss(y[first:], target[first:])

    def solve(self):
        """Through the fused layer; keys as in `support.solve`, without gates and norms."""
        if self.problem.cell == "lstm":
            states = self.h0[None], self.c0[None]
            h, (h_T, c_T) = self.layer(self.x, states)
            final = h_T[0], c_T[0]
        else:
            h, h_T = self.layer(self.x, self.h0[None])
            final = h_T[0], None
        y = self.readout(h)
        loss = self.error(y)
        (loss + self.final_term(*final)).backward()
        found = {"loss": loss, "y": y[self.problem.first :], "h": h}
        found |= {"dx": self.x.grad, "dh0": self.h0.grad}
        if self.problem.cell == "lstm":
            found |= {"dc0": self.c0.grad, "c_T": final[1]}
        found |= {f"d{name}": p.grad for name, p in self.parameters.items()}
        return {name: value.detach().numpy() for name, value in found.items()}

    def norms(self):
        """‖∂L/∂h_t‖ and ‖∂L/∂c_t‖, through a loop over PyTorch's cell that keeps every state."""
        cell = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell}[self.problem.cell]
        network = self.problem.network
        unit = cell(network.input_size, network.hidden_size, dtype=torch.float64)
        own = (unit.weight_ih, unit.weight_hh, unit.bias_ih, unit.bias_hh)
        with torch.no_grad():
            for parameter, name in zip(own, ("W_ih", "W_hh", "b_ih", "b_hh"), strict=True):
                parameter.copy_(self.parameters[name])
        h, c = self.h0, self.c0
        hidden, cells = [], []
        for x in self.x:
            if self.problem.cell == "lstm":
                h, c = unit(x, (h, c))
                c.retain_grad()
                cells.append(c)
            else:
                h = unit(x, h)
            h.retain_grad()
            hidden.append(h)
        loss = self.error(self.readout(torch.stack(hidden)))
        (loss + self.final_term(h, c if cells else None)).backward()
        found = {"dh_norm": hidden} | ({"dc_norm": cells} if cells else {})
        return {
            name: np.array([torch.linalg.norm(state.grad).item() for state in states])
            for name, states in found.items()
        }


def chosen(solution, names):
    return {name: solution[name] for name in names}


def assert_agrees(problem):
    ours, theirs = solve(problem), Peer(problem).solve()
    slack = rounding_slack(problem, expected(problem))
    if problem.cell == "lstm":
        ours["c_T"], slack["c_T"] = ours["c"][-1], slack["c"]
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
    ours = solve(problem, threads)
    ours["c_T"] = ours["c"][-1] if cell == "lstm" else None
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
    ours["c_T"] = ours["c"][-1] if cell == "lstm" else None
    assert_close(chosen(ours, theirs), theirs, rtol=RTOL)
