"""Courses of training: a network, a series to learn, and the windows of every step."""

from dataclasses import asdict, dataclass, field, replace

import numpy as np

from rnn_kernels import (
    Loss,
    Network,
    Optimizer,
    Schedule,
    Workspace,
    parameter_size,
    predict,
    train_steps,
)
from tests import oracle
from tests.kernels.support import blank, named, set_parameters

COURSES = {
    "mae": {"loss": Loss("mae"), "clip_value": 0.02, "clip": 0.0},
    "huber": {"loss": Loss("huber", delta=0.5), "clip_value": 0.05, "clip": 0.1},
    "quantile": {"loss": Loss("quantile", quantiles=(0.1, 0.5, 0.8)), "O": 6},
    "cross-entropy": {"loss": Loss("cross-entropy"), "O": 5},
    "momentum": {"optimizer": "sgd", "settings": {"momentum": 0.9, "weight_decay": 0.01}},
    "nesterov": {"optimizer": "sgd", "settings": {"momentum": 0.9, "nesterov": True}},
    "rmsprop": {"optimizer": "rmsprop", "settings": {"momentum": 0.5}},
    "adamw": {"optimizer": "adamw", "settings": {"weight_decay": 0.1}},
}
"""Options of `random_course` by name: every loss and rule beside the defaults."""


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
    clip_value: float = 0.0
    settings: dict = field(default_factory=dict)
    loss: Loss = field(default_factory=Loss)
    schedule: Schedule = field(default_factory=Schedule)
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
            limit=self.clip_value,
            settings=self.settings,
            loss=self.loss.name,
            loss_settings=settings_of(self.loss),
            schedule=asdict(self.schedule),
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
        is_tokens = self.network.vocabulary_size > 0
        series = self.series if is_tokens else self.series.astype(self.dtype)
        predict(self.network, flat, workspace, series, starts, out)
        return out


def settings_of(loss):
    """What the oracle's loss of that name takes."""
    kept = {"huber": ("delta",), "quantile": ("quantiles",)}.get(loss.name, ())
    return {name: getattr(loss, name) for name in kept}


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
            course.optimizer, size=parameter_size(network, dtype), dtype=dtype, **course.settings
        )
        self.workspace = Workspace(
            network,
            timesteps=course.T,
            batch_size=course.starts.shape[1],
            dtype=dtype,
            threads=course.threads,
        )
        self.workspace.choice = Always(course.threads)
        is_tokens = course.network.vocabulary_size > 0
        self.series = course.series if is_tokens else course.series.astype(dtype)
        is_class = course.loss.name == "cross-entropy"
        self.targets = course.targets if is_class else course.targets.astype(dtype)
        self.losses = np.empty(0)
        self.norms = np.empty(0)
        self.rates = np.empty(0)

    def take(self, starts, results=None, **options):
        """Take a burst of steps; losses, norms and rates are those of the last burst."""
        course = self.course
        results = np.full((3, len(starts)), np.nan) if results is None else results
        self.losses, self.norms, self.rates = results
        course.schedule.fill(self.rates, course.learning_rate, self.optimizer.step_count)
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
            learning_rate=self.rates,
            clip=course.clip,
            losses=self.losses,
            norms=self.norms,
            loss=course.loss,
            clip_value=course.clip_value,
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
    V=0, seed=0, loss=None, **rest,
):  # fmt: skip
    rng = np.random.default_rng(seed)
    network = Network(
        cell=cell, input_size=D, hidden_size=H, output_size=O, layers=layers, vocabulary_size=V
    )
    loss = Loss() if loss is None else loss

    def draw(*shape, deviation=1.0):
        return (deviation * rng.normal(size=shape)).astype(dtype).astype(np.float64)

    parameters = {name: draw(*shape, deviation=H**-0.5) for name, shape in network.shapes.items()}
    series, targets = draw(N, D), draw(N, O // loss.outputs_per_target)
    if V:
        series = rng.integers(0, V, N)
    if loss.name == "cross-entropy":
        targets = rng.integers(0, O, N)
    return Course(
        network=network,
        dtype=dtype,
        parameters=parameters,
        series=series,
        targets=targets,
        starts=rng.integers(0, N - T + 1, (steps, B)),
        T=T,
        loss=loss,
        **rest,
    )
