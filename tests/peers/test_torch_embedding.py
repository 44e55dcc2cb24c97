"""Tokens against PyTorch's embedding, in float64."""

import numpy as np
import pytest
import torch

from tests.kernels import tokens as problems
from tests.kernels.support import assert_close
from tests.peers.layers import IN_TORCH
from tests.peers.test_torch import Peer, with_final_states


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", IN_TORCH)
def test_outputs_and_gradients_agree(cell, layers, threads):
    problem, rows, tokens = problems.random_tokens(
        cell, V=11, T=12, B=9, D=5, H=20, layers=layers, scale=0.2, first=1
    )
    peer = Peer(problem)
    embedding = torch.nn.Embedding.from_pretrained(torch.from_numpy(rows), freeze=False)
    peer.x = embedding(torch.from_numpy(tokens))
    peer.x.retain_grad()
    theirs = peer.solve() | {"dembedding": embedding.weight.grad.numpy()}
    ours = with_final_states(problem, problems.solve(problem, rows, tokens, threads))
    assert_close({name: ours[name] for name in theirs}, theirs, rtol=1e-9)
    assert np.abs(theirs["dembedding"]).max() > 0
