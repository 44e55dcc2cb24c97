"""A session without a network: deterministic snapshots that look like a run on the sunspots."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from rnn_tui.config import RunConfig
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.gradients.walk import Arrival, Walk
from rnn_tui.training.commands import Adjust
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.files import Stamp, files_of_nets, stamp_of
from rnn_tui.training.goals import Goal
from rnn_tui.training.snapshot import (
    Curve,
    Forecast,
    GradientFlow,
    HistoryView,
    Match,
    Saved,
    Snapshot,
    State,
    Trace,
)

T, H = 50, 32
STEPS_A_FRAME = 180


def curve(step, value, spread=0.0):
    step, value = np.asarray(step, np.int64), np.asarray(value, np.float64)
    return Curve(step, value, value * (1 - spread), value * (1 + spread))


def make_history(step: int, *, points: int = 1024) -> HistoryView:
    steps = np.unique(np.linspace(1, step, min(step, points)).astype(np.int64))
    noise = np.random.default_rng(1).normal(0, 1, points)[: len(steps)]
    train = 0.008 + 0.6 * np.exp(-((steps / 900) ** 0.6)) * np.exp(0.12 * noise)
    checked = steps[:: max(1, len(steps) // 200)]
    wave = 1 + 0.03 * np.sin(checked / 400)
    validation = (0.013 + 0.55 * np.exp(-((checked / 800) ** 0.6)) + checked * 1e-7) * wave
    loss = curve(steps, train, 0.35)
    return HistoryView(
        loss=loss,
        recent_loss=curve(steps[-100:], train[-100:]),
        validation_loss=curve(checked, validation),
        gradient_norm=curve(steps, train),
    )


def sunspots() -> tuple[np.ndarray, np.ndarray]:
    years = np.arange(1700.0, 2009.0)
    phase = 2 * np.pi * (years - 1700) / (11 + 0.6 * np.sin(years / 37))
    height = 75 + 40 * np.sin(2 * np.pi * years / 97)
    return years, np.maximum(0, height * (0.9 + np.sin(phase)) + 6 * np.cos(3 * phase))


def make_forecast(step: int) -> Forecast:
    years, actual = sunspots()
    share = np.exp(-step / 3000)
    late = np.concatenate(([actual[0]], actual[:-1]))
    noise = np.random.default_rng(2).normal(0, 9, len(years))
    predicted = (1 - share) * actual + share * (0.6 * late + 20) + noise
    predicted[:T] = np.nan
    return Forecast("sunspots", "spots", "year", years, actual, predicted, 221, 256)


def make_trace(step: int) -> Trace:
    t, unit = np.arange(T)[:, None], np.arange(H)[None, :]
    learned = 1 - np.exp(-step / 2000)
    wave = np.sin(2 * np.pi * (t / (6 + unit % 9) + unit / 7))
    sharp = 1 / (1 + np.exp(-(1 + 3 * learned) * wave))
    forget = 1 - (1 - sharp) * (0.15 + 0.4 * (unit % 5 == 0))
    cell = 1.8 * learned * np.cumsum(wave, axis=0) / 5
    gates = {
        "i": sharp,
        "f": forget,
        "g": np.tanh(1.5 * wave),
        "o": 1 / (1 + np.exp(-2 * np.cos(t / 4 + unit))),
        "c": cell,
        "h": np.tanh(cell) * sharp,
    }
    return Trace({name: value.astype(np.float32) for name, value in gates.items()}, start=200)


def make_gradient(step: int) -> GradientFlow:
    lag = np.arange(T)[::-1]
    rate = 0.27 * np.exp(-step / 4000) + 0.07
    ripple = 0.15 * np.sin(lag / 2 + step / 700)
    hidden = 10.0 ** (-rate * lag - 1.2 + ripple)
    return GradientFlow(hidden, 10.0 ** (-0.8 * rate * lag - 1.6 + ripple))


def make_stack(step: int, layers: int = 3) -> Snapshot:
    """A run of several layers: less gradient, and other gates, the further down."""
    net = make_snapshot(step)
    lag = np.arange(T)[::-1]
    flows, traces = [], []
    for depth in range(layers - 1, 0, -1):
        fade = 10.0 ** (-0.6 * depth - 0.03 * depth * lag)
        flows.append(GradientFlow(net.gradient.hidden * fade, net.gradient.cell * fade))
        gates = {name: np.roll(gate, depth, axis=1) / 2 for name, gate in net.trace.gates.items()}
        traces.append(Trace(gates, net.trace.start))
    return replace(
        net,
        gradient=replace(net.gradient, below=tuple(flows)),
        trace=replace(net.trace, below=tuple(traces)),
    )


def make_targets(snapshot: Snapshot, target: int = 0) -> Snapshot:
    """The same run forecasting two columns: the second is 10 more, forecast twice as badly."""
    forecast = make_forecast(snapshot.step)
    free = snapshot.forecast.free
    names = ("sunspots", "groups")
    if target == 1:
        off = forecast.predicted - forecast.actual
        actual = forecast.actual + 10
        forecast = replace(forecast, name="groups", actual=actual, predicted=actual + 2 * off)
    if free is not None:
        free = np.where(np.arange(len(free)) >= 256, forecast.actual * 0.7, np.nan)
    rmse = make_snapshot(snapshot.step).validation_rmse * (1 + target)
    forecast = replace(forecast, target=target, targets=names, free=free)
    shown = replace(snapshot, forecast=forecast, validation_rmse=rmse)
    if shown.ended is not None:
        more = {"groups": {"model": Scores(39.6, 30, 53), "naive": Scores(44.0, 30, 53)}}
        shown = replace(shown, ended=replace(shown.ended, more_scores=more))
    return shown


def make_arrival(T: int, rate: float, here: np.ndarray) -> Arrival:
    total = 0.5 * np.exp(-rate * np.arange(T)[::-1])
    return Arrival(total, here, np.concatenate((total[:-1] - here[:-1], [0.0])))


def make_walk(T: int = 24, H: int = 8, *, cell: str = "lstm", first: int | None = None) -> Walk:
    """A walk without a network: gradients fade by the same factor at every timestep."""
    t = np.arange(T)[:, None]
    wave = np.sin(t / 3 + np.arange(H))
    first = T - 1 if first is None else first
    gates = {"lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n"), "rnn": ("h",)}[cell]
    activations = {
        name: wave if name in "gn" else 0.5 + 0.4 * wave for name in gates if name != "h"
    }
    activations |= {"c": 2 * wave} if cell == "lstm" else {}
    here = np.where(np.arange(T) >= first, 0.01, 0.0)
    here[-1] = 0.5
    hidden = make_arrival(T, 0.2, here)
    added = hidden.total * 2
    so_far = np.cumsum(added[::-1])[::-1]
    picture = np.abs(np.sin(np.arange(len(gates) * H * H))).reshape(len(gates), H, H)
    return Walk(
        cell=cell,
        start=200,
        first=first,
        x=np.sin(t / 3),
        reads=np.sin(t / 3),
        y=np.sin(t / 3 + 0.2),
        target=np.sin((t + 1) / 3),
        activations=activations | {"h": 0.9 * wave},
        compared=0,
        loss=0.0123,
        loss_name="mse",
        dy=np.full((T, 1), 0.2),
        dh=hidden.total[:, None] * wave,
        hidden=hidden,
        state=make_arrival(T, 0.05, 0.1 * hidden.total) if cell == "lstm" else None,
        gate_names=gates,
        added=added,
        so_far=so_far,
        global_norm=2 * so_far,
        pictures=(so_far[:, None, None, None] * picture).astype(np.float32),
    )


def make_deep_walk(layers: int = 3, *, cell: str = "lstm") -> Walk:
    """A walk through several layers: all of it is smaller the further down."""
    last = replace(make_walk(cell=cell), layer=layers, layer_count=layers)
    below = []
    for layer in range(1, layers):
        share = 0.1 ** (layers - layer)
        norms = (share * last.hidden.total, share * last.hidden.total / 4, share * last.hidden.back)
        hidden = Arrival(*norms)
        h = share * last.activations["h"]
        activations = last.activations | {"h": h}
        parts = {"activations": activations, "hidden": hidden, "added": share * last.added}
        reads = last.x if layer == 1 else below[-1].activations["h"]
        below.append(replace(last, layer=layer, reads=reads, **parts))
    return replace(last, reads=below[-1].activations["h"], below=tuple(below))


def make_snapshot(step: int, **changes) -> Snapshot:
    history = make_history(max(step, 1))
    best = int(np.argmin(history.validation_loss.value))
    validation = float(history.validation_loss.value[-1])
    plain = Snapshot(
        state=State.TRAINING,
        title="LSTM 32 · sunspots",
        step=step,
        epoch=step // 7,
        steps_per_second=1832.4,
        learning_rate=3e-3,
        set_learning_rate=3e-3,
        clip=1.0,
        batch_size=32,
        optimizer="adam",
        loss=float(history.loss.value[-1]),
        validation_loss=validation,
        best_validation_loss=float(history.validation_loss.value[best]),
        best_step=int(history.validation_loss.step[best]),
        gradient_norm=0.4,
        seconds=step / 1832.4,
        compile_seconds=3.2,
        history=history,
        forecast=make_forecast(step),
        trace=make_trace(step),
        gradient=make_gradient(step),
        validation_rmse=155 * validation**0.5,
        baselines={"naive": Scores(30.3, 24.0, 35), "AR(9)": Scores(17.5, 13.0, 35)},
    )
    return replace(plain, **changes)


def make_comparison(step: int, *, nets: int = 2, match: Match = "units", **changes) -> Snapshot:
    """Two or three nets side by side; the first one is the best."""
    first = make_snapshot(step, parameters=4385, **changes)
    peers = []
    for number, name in zip(range(1, nets), ("RNN 32", "GRU 32"), strict=False):
        worse = make_history(max(step // (1 + number), 1))
        steps = first.history.validation_loss.step
        value = first.history.validation_loss.value * (1 + number / 3)
        history = replace(worse, validation_loss=curve(steps, value))
        faded = first.gradient.hidden ** (1 + number / 2)
        gates = first.trace.gates
        trace = Trace({"h": gates["h"]} if name == "RNN 32" else gates, start=200)
        peers.append(
            replace(
                first,
                title=f"{name} · sunspots",
                parameters=1121 * number,
                history=history,
                forecast=make_forecast(step // (2 + number)),
                gradient=GradientFlow(faded, None),
                trace=trace,
                validation_loss=float(value[-1]),
                best_validation_loss=float(value.min()),
                best_step=int(steps[value.argmin()]),
                validation_rmse=first.validation_rmse * (1 + number / 4),
            )
        )
    return replace(first, peers=tuple(peers), match=match)


LOADING = Snapshot(state=State.LOADING, title="LSTM 32", learning_rate=3e-3, set_learning_rate=3e-3)
COMPILING = Snapshot(
    state=State.COMPILING, title="LSTM 32 · sunspots", learning_rate=3e-3, set_learning_rate=3e-3
)
SCORES = {"model": Scores(19.8, 14.4, 53), "naive": Scores(30.3, 24.0, 53)}


def ended(status: Status, reason: str, snapshot: Snapshot) -> Snapshot:
    end = RunEnded(status, reason, snapshot.step, snapshot.best_step, 6.7, SCORES)
    return replace(snapshot, state=State.ENDED, message=reason, ended=end)


def scoring(status: Status, reason: str, snapshot: Snapshot) -> Snapshot:
    """A run whose training is over, before its scores are there."""
    end = replace(ended(status, reason, snapshot).ended, scores={})
    return replace(snapshot, state=State.SCORING, message=reason, ended=end)


class FakeSession:
    """Serves the snapshot that a test sets, and notes what it was asked."""

    def __init__(self, snapshot: Snapshot = LOADING, config: RunConfig | None = None) -> None:
        self.snapshot = snapshot
        self.config = config or RunConfig()
        self.others: tuple[RunConfig, ...] = ()
        self.match: Match = "units"
        self.saves_itself = False
        self.calls: list[tuple[str, object]] = []
        self.held = False
        self.error: Exception | None = None
        self.changed: Callable[[], None] = lambda: None
        self.walk: Walk | None = make_walk()
        """What is taken when a walk is asked for."""

    def watch(self, changed: Callable[[], None]) -> None:
        self.changed = changed

    def show(self, snapshot: Snapshot) -> None:
        """Publish a snapshot as an answer."""
        self.snapshot = snapshot
        self.changed()

    def start(self, after: "FakeSession | None" = None) -> None:
        self.calls.append(("start", after))

    def pause(self) -> None:
        self.calls.append(("pause", None))
        self.held = True
        if self.snapshot.state is State.TRAINING:
            self.show(replace(self.snapshot, state=State.PAUSED))

    def resume(self) -> None:
        self.calls.append(("resume", None))
        self.held = False
        if self.snapshot.state is State.PAUSED:
            self.show(replace(self.snapshot, state=State.TRAINING))

    def step(self, count: int = 1) -> None:
        self.calls.append(("step", count))
        self.held = True
        if self.snapshot.state in {State.TRAINING, State.PAUSED}:
            self.show(make_snapshot(self.snapshot.step + count, state=State.PAUSED))

    def finish_epoch(self) -> None:
        self.calls.append(("finish_epoch", None))
        self.held = True
        if self.snapshot.state in {State.TRAINING, State.PAUSED}:
            self.show(make_snapshot(self.snapshot.step // 7 * 7 + 7, state=State.PAUSED))

    def run_until(self, goal: Goal | None) -> None:
        self.calls.append(("run_until", goal))
        self.show(replace(self.snapshot, goal=str(goal or "")))

    def limit_speed(self, steps_per_second: float | None) -> None:
        self.calls.append(("limit_speed", steps_per_second))
        self.show(replace(self.snapshot, speed_limit=steps_per_second))

    def adjust(self, change: Adjust) -> None:
        self.calls.append(("adjust", change))
        values = {key: value for key, value in asdict(change).items() if value is not None}
        values["set_learning_rate"] = values.get("learning_rate", self.snapshot.set_learning_rate)
        self.show(replace(self.snapshot, **values))

    def save(self, path: Path, seen: Mapping[Path, Stamp] | None = None) -> None:
        self.calls.append(("save", path))
        files = files_of_nets(path, [net.net for net in self.snapshot.nets])
        step = self.snapshot.best_step or 0
        changed = next((f for f in files if f in (seen or {}) and stamp_of(f) != seen[f]), None)
        if changed is not None:
            saved = Saved(path, step, "it has changed", changed=changed)
        else:
            for file in files:
                file.write_text("a model")
            saved = Saved(path, step, files=files, stamps=tuple(map(stamp_of, files)))
        self.show(replace(self.snapshot, saved=saved))

    def show_free_running(self, *, on: bool) -> None:
        self.calls.append(("show_free_running", on))
        forecast = self.snapshot.forecast
        if forecast is None:
            return
        free = np.where(np.arange(len(forecast.time)) >= 256, forecast.actual * 0.7, np.nan)
        self.show(replace(self.snapshot, forecast=replace(forecast, free=free if on else None)))

    def show_target(self, target: int) -> None:
        self.calls.append(("show_target", target))
        if self.snapshot.forecast is not None:
            self.show(make_targets(self.snapshot, target))

    def scale_learning_rate(self, factor: float) -> None:
        self.calls.append(("scale_learning_rate", factor))
        rate = self.snapshot.set_learning_rate * factor
        self.show(replace(self.snapshot, learning_rate=rate, set_learning_rate=rate))

    def take_walk(self, net: int = 0) -> None:
        self.pause()
        self.calls.append(("take_walk", net))
        peers = list(self.snapshot.peers)
        if net:
            peers[net - 1] = replace(peers[net - 1], walk=self.walk)
            self.show(replace(self.snapshot, peers=tuple(peers)))
        else:
            self.show(replace(self.snapshot, walk=self.walk))

    def stop(self, status: Status = Status.STOPPED) -> None:
        self.calls.append(("stop", status))

    def give_up(self) -> None:
        self.calls.append(("give_up", None))

    def join(self, timeout: float | None = None) -> bool:
        self.calls.append(("join", timeout))
        return True
