"""What a report says of a run: verdict, scores, forecast, how it learned, settings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_tui.batch.foresight import coverage_sentence, future_rows
from rnn_tui.batch.plots import (
    forecast_picture,
    future_picture,
    gradient_picture,
    loss_picture,
    shown_part,
)
from rnn_tui.batch.report.document import (
    Block,
    Code,
    Document,
    Figure,
    Grid,
    Heading,
    Paragraph,
)
from rnn_tui.batch.summary import (
    headline,
    score_rows,
    scored_part,
    skill_lines,
    steps_ahead,
    subject,
)
from rnn_tui.config import Cell, RunConfig
from rnn_tui.forecasting.conformal import Coverage
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.forecasting.verdict import figure, verdict
from rnn_tui.gradients.flow import gate_horizon, memory_horizon
from rnn_tui.toml import to_toml
from rnn_tui.training.events import RunEnded, RunStarted
from rnn_tui.training.snapshot import GradientFlow, Snapshot, Trace

GATES, SQUASHED = frozenset("iforz"), frozenset("gnh")
"""Activations between 0 and 1, and between -1 and 1; c, and h of a ReLU, have no bounds."""
SATURATED = 0.05
"""Share of the range at either end in which an activation counts as saturated."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run has told of itself."""

    config: RunConfig
    started: RunStarted
    ended: RunEnded
    snapshot: Snapshot


def document_of(told: Told) -> Document:
    """Return the report of a run."""
    parts = (_result(told), _forecast(told), _learning(told), _settings(told))
    return Document(subject(told.config), tuple(block for part in parts for block in part))


def _result(told: Told) -> Iterator[Block]:
    config, ended = told.config, told.ended
    yield Paragraph(headline(config, ended))
    if ended.reason:
        yield Paragraph(f"How it ended: {ended.reason}.")
    for note in told.started.notes:
        yield Paragraph(f"Note: {note}")
    forecast = told.snapshot.forecast
    first, unit = (forecast.name, forecast.unit) if forecast else ("", "")
    columns = {first: ended.scores, **ended.more_scores}
    for name, scores in columns.items():
        if not scores:
            continue
        heading = f"Result: {name}" if len(columns) > 1 else "Result"
        yield Heading(heading)
        about = steps_ahead(
            config.data.horizon, scores, unit if name == first else "", scored_part(ended)
        )
        yield from _scored(config, scores, ended.coverage.get(name), about)


def _scored(
    config: RunConfig, scores: Mapping[str, Scores], coverage: Coverage | None, about: str
) -> Iterator[Block]:
    name = config.model.cell_name
    if sentence := verdict(name, scores):
        yield Paragraph(sentence, strong=True)
    yield Paragraph(f"{about}:")
    head, rows, strong = score_rows(name, scores)
    yield Grid(head, rows, strong)
    yield Paragraph("; ".join(skill_lines(scores)))
    if coverage is not None:
        yield Paragraph(f"{coverage_sentence(coverage)}.")


def _forecast(told: Told) -> Iterator[Block]:
    forecast, future = told.snapshot.forecast, told.ended.future
    pictures = [forecast_picture(forecast, shown_part(told.snapshot)) if forecast else None]
    pictures += [future_picture(forecast, future) if forecast and future else None]
    shown = [picture for picture in pictures if picture]
    if not shown:
        return
    yield Heading("Forecast")
    yield from map(Figure, shown)
    if future is not None and forecast is not None:
        yield Paragraph("Beyond the end of the series:")
        head, rows = future_rows(future, forecast.time_name)
        yield Grid(head, rows)


def _learning(told: Told) -> Iterator[Block]:
    snapshot = told.snapshot
    yield Heading("How it learned")
    windows = ", ".join(f"{count:,} {part}" for part, count in told.started.windows.items())
    yield Paragraph(f"{told.started.parameters:,} parameters; windows: {windows}.")
    if snapshot.history and (picture := loss_picture(snapshot.history)):
        yield Figure(picture)
    if snapshot.gradient:
        if picture := gradient_picture(snapshot.gradient):
            yield Figure(picture)
        yield Paragraph(_reach(snapshot.gradient))
    if snapshot.trace:
        yield Paragraph(
            "Activations over the last window of the validation part; saturated is the share "
            "within 5 % of either end of the range:"
        )
        yield _gates(snapshot.trace, told.config.model.cell)
        if "f" in snapshot.trace.gates:
            steps = figure(gate_horizon(float(snapshot.trace.gates["f"].mean())), 3)
            yield Paragraph(
                f"By the mean forget gate a cell keeps 1/e of itself for {steps} steps."
            )


def _reach(flow: GradientFlow) -> str:
    T, lag = len(flow.hidden), memory_horizon(flow.hidden)
    return (
        f"In the last step the gradient reached back {lag:,} of {T:,} timesteps: so far "
        "‖∂L/∂h_t‖ stays above 1 % of its value at the last one."
    )


def _gates(trace: Trace, cell: Cell) -> Grid:
    rows = []
    for name, values in trace.gates.items():
        figures = (values.mean(), values.min(), values.max())
        rows.append(
            (name, *(figure(float(value), 3) for value in figures), _saturated(name, values, cell))
        )
    return Grid(("activation", "mean", "lowest", "highest", "saturated"), tuple(rows))


def _saturated(name: str, values: NDArray[np.float32], cell: Cell) -> str:
    if name not in GATES | SQUASHED or cell == "rnn-relu":
        return "-"
    low, high = (0.0, 1.0) if name in GATES else (-1.0, 1.0)
    edge = SATURATED * (high - low)
    return f"{100 * float(np.mean((values < low + edge) | (values > high - edge))):.0f} %"


def _settings(told: Told) -> Iterator[Block]:
    yield Heading("Settings")
    versions = ", ".join(f"{name} {version}" for name, version in told.started.versions.items())
    yield Paragraph(
        f"{versions}. The same run again: rnn-tui --batch --config FILE, with this in FILE:"
    )
    yield Code(to_toml(told.config))
