"""Sequences of different lengths against PyTorch's packed sequences, in float64."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.kernels import ragged
from tests.kernels.support import LSTMS, assert_close, ending, random_problem
from tests.kernels.test_lengths import ragged_sizes
from tests.peers.layers import IN_TORCH
from tests.peers.test_torch import Peer, with_final_states


def solved_by_torch(problem, lengths):
    """Keys as in `ragged.solve`, as far as PyTorch tells, and the final states."""
    peer, T = Peer(problem), len(problem.x)
    lstm = problem.cell in LSTMS
    packed = pack_padded_sequence(peer.x, torch.from_numpy(lengths))
    states = (peer.h0, peer.c0) if lstm else peer.h0
    outputs, final = peer.layer(packed, states)
    h, _ = pad_packed_sequence(outputs, total_length=T)
    h_T, c_T = final if lstm else (final, None)
    counts = torch.from_numpy(ragged.counted(lengths, T, problem.first))
    y = peer.readout(h)
    loss = torch.nn.functional.mse_loss(y[counts], torch.from_numpy(problem.target)[counts])
    (loss + peer.final_term(h_T, c_T)).backward()
    within = torch.from_numpy(ragged.counted(lengths, T, 0))[:, :, None]
    found = {"loss": loss, "y": (y * within)[problem.first :], "dx": peer.x.grad, "h_T": h_T}
    found |= {"c_T": c_T} if lstm else {}
    for n in range(problem.network.layers):
        found[f"dh0{ending(n)}"] = peer.h0.grad[n]
        if lstm:
            found[f"dc0{ending(n)}"] = peer.c0.grad[n]
    found |= {f"d{name}": p.grad for name, p in peer.parameters.items()}
    return {name: value.detach().numpy() for name, value in found.items()}


def assert_agrees(problem, lengths, threads=1):
    ours = with_final_states(problem, ragged.solve(problem, lengths, threads))
    theirs = solved_by_torch(problem, lengths)
    assert_close({name: ours[name] for name in theirs}, theirs, rtol=1e-9)


@given(drawn=ragged_sizes())
def test_outputs_states_and_gradients_agree_on_random_shapes(drawn):
    sizes, lengths = drawn
    assume(sizes["cell"] in IN_TORCH)
    assert_agrees(random_problem(**sizes), lengths)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize(("T", "B", "H"), [(30, 21, 50), (9, 64, 33), (12, 4, 130)])
@pytest.mark.parametrize("cell", IN_TORCH)
def test_larger_networks_agree(cell, T, B, H, layers, threads):
    problem = random_problem(cell, T=T, B=B, D=3, H=H, layers=layers, scale=H**-0.5, first=1)
    assert_agrees(problem, ragged.random_lengths(T, B, first=1), threads)


@pytest.mark.parametrize("cell", IN_TORCH)
def test_lengths_may_all_be_one(cell):
    assert_agrees(random_problem(cell, layers=2), np.ones(3, np.int64))
