"""Courses of training: a network, a series to learn, and the windows of every step."""

from dataclasses import dataclass, replace

import numpy as np

from rnn_kernels import (
    Network,
    Optimizer,
    Workspace,
    parameter_size,
    predict,
    train_steps,
)
from tests import oracle
from tests.kernels.support import blank, named, set_parameters


@dataclass(frozen=True)
class Course:
    """Arrays are float64 but exact in `dtype`; starts is (steps, B)."""

    network: Network
    dtype: type
    parameters: dict
    series: np.ndarray
    targets: np.ndarray
    starts: np.ndarray
    T: int
    first: int = 0
    optimizer: str = "adam"
    learning_rate: float = 0.01
    clip: float = 1.0
    threads: int = 1

    def but(self, **changes):
        return replace(self, **changes)

    def expected(self, **options):
        """Parameters, losses and norms by the oracle."""
        return oracle.train(
            self.network.cell,
            self.parameters,
            self.optimizer,
            self.series,
            self.targets,
            self.starts,
            T=self.T,
            first=self.first,
            learning_rate=self.learning_rate,
            threshold=self.clip,
            **options,
        )

    def predictions(self, starts, batch_size=4):
        """Predictions by the kernels, for windows at `starts`."""
        workspace = Workspace(
            self.network,
            timesteps=self.T,
            batch_size=batch_size,
            dtype=self.dtype,
            threads=self.threads,
        )
        out = np.full((len(starts), self.network.output_size), np.nan, self.dtype)
        flat = set_parameters(self.network, self.dtype, self.parameters)
        predict(self.network, flat, workspace, self.series.astype(self.dtype), starts, out)
        return out


class Always:
    """Makes every step one of several threads, however slow that is here."""

    def __init__(self, threads):
        self.threads = threads

    def next(self, steps):
        return self.threads, steps

    def record(self, threads, _steps, _seconds):
        assert threads == self.threads


class Training:
    """A course under way: what `train_steps` works on, and what it has filled."""

    def __init__(self, course):
        network, dtype = course.network, course.dtype
        self.course = course
        self.flat = set_parameters(network, dtype, course.parameters)
        self.gradient = blank(network, dtype)
        self.optimizer = Optimizer(
            course.optimizer, size=parameter_size(network, dtype), dtype=dtype
        )
        self.workspace = Workspace(
            network,
            timesteps=course.T,
            batch_size=course.starts.shape[1],
            dtype=dtype,
            threads=course.threads,
        )
        self.workspace.choice = Always(course.threads)
        self.series = course.series.astype(dtype)
        self.targets = course.targets.astype(dtype)
        self.losses = np.empty(0)
        self.norms = np.empty(0)

    def take(self, starts, results=None, **options):
        """Take a burst of steps; losses and norms are those of the last burst."""
        course = self.course
        self.losses, self.norms = np.full((2, len(starts)), np.nan) if results is None else results
        return train_steps(
            course.network,
            self.flat,
            self.gradient,
            self.optimizer,
            self.workspace,
            self.series,
            self.targets,
            starts,
            first=course.first,
            learning_rate=course.learning_rate,
            clip=course.clip,
            losses=self.losses,
            norms=self.norms,
            **options,
        )

    def state(self):
        """Everything that a step may change in the model, as bytes."""
        moments = (self.optimizer.m.tobytes(), self.optimizer.v.tobytes())
        return (self.flat.tobytes(), *moments, self.optimizer.step_count)

    @property
    def parameters(self):
        return named(self.course.network, self.flat)


def random_course(
    cell, *, steps=5, T=6, B=3, D=2, H=6, O=2, layers=1, N=40, dtype=np.float64,  # noqa: E741
    seed=0, **rest,
):  # fmt: skip
    rng = np.random.default_rng(seed)
    network = Network(cell=cell, input_size=D, hidden_size=H, output_size=O, layers=layers)

    def draw(*shape, deviation=1.0):
        return (deviation * rng.normal(size=shape)).astype(dtype).astype(np.float64)

    return Course(
        network=network,
        dtype=dtype,
        parameters={
            name: draw(*shape, deviation=H**-0.5) for name, shape in network.shapes.items()
        },
        series=draw(N, D),
        targets=draw(N, O),
        starts=rng.integers(0, N - T + 1, (steps, B)),
        T=T,
        **rest,
    )
