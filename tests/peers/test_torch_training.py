"""Whole courses of training against PyTorch's layers, optimizers and initial weights."""

import numpy as np
import pytest
import torch

from rnn_kernels import Network, initialise
from tests.kernels.courses import Training, random_course
from tests.kernels.support import CELLS, named
from tests.oracle import windows
from tests.peers.layers import layers_of, own_names


def train_in_torch(course):
    """Losses, norms and final parameters of a course, by PyTorch in float64."""
    network = course.network
    layer = layers_of(network, torch.float64)
    readout = torch.nn.Linear(network.hidden_size, network.output_size).double()
    parameters = {
        ours: getattr(layer, f"{theirs}_l0") for ours, theirs in own_names(network).items()
    }
    parameters |= {"W_hy": readout.weight, "b_y": readout.bias}
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.from_numpy(course.parameters[name]))
    rule = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[course.optimizer]
    optimizer = rule(parameters.values(), lr=course.learning_rate)
    losses, norms = [], []
    for starts in course.starts:
        x, target = (
            torch.from_numpy(windows(series, starts, course.T))
            for series in (course.series, course.targets)
        )
        y = readout(layer(x)[0])
        loss = torch.nn.functional.mse_loss(y[course.first :], target[course.first :])
        optimizer.zero_grad()
        loss.backward()
        norm = torch.linalg.norm(torch.cat([p.grad.ravel() for p in parameters.values()]))
        if 0 < course.clip < norm:  # PyTorch's own clipping adds 1e-6 to the norm
            for parameter in parameters.values():
                parameter.grad *= course.clip / norm
        optimizer.step()
        losses.append(loss.item())
        norms.append(norm.item())
    return losses, norms, {name: p.detach().numpy() for name, p in parameters.items()}


@pytest.mark.parametrize("clip", [0.0, 0.1])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_training_follows_the_same_course(cell, optimizer, clip):
    course = random_course(cell, steps=30, T=12, B=5, H=20, optimizer=optimizer, clip=clip, first=4)
    losses, norms, parameters = train_in_torch(course)
    training = Training(course)
    assert training.take(course.starts) == 30
    np.testing.assert_allclose(training.losses, losses, rtol=1e-9)
    np.testing.assert_allclose(training.norms, norms, rtol=1e-9)
    for name, value in training.parameters.items():
        np.testing.assert_allclose(value, parameters[name], rtol=1e-7, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_weights_are_spread_as_pytorch_spreads_them(cell):
    torch.manual_seed(0)
    network = Network(cell=cell, input_size=3, hidden_size=60, output_size=2)
    layer = layers_of(network, torch.float32)
    ours = named(network, initialise(network, np.random.default_rng(0), np.float32))
    for name, parameter in (("W_ih", layer.weight_ih_l0), ("W_hh", layer.weight_hh_l0)):
        theirs = parameter.detach().numpy()
        assert ours[name].shape == theirs.shape
        assert ours[name].std() == pytest.approx(theirs.std(), rel=0.1)
        assert np.abs(ours[name]).max() == pytest.approx(np.abs(theirs).max(), rel=0.02)
