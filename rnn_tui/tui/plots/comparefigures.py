"""What stands below the losses or forecasts of several nets on the whole screen: a row a net."""

from collections.abc import Iterator, Sequence

from rnn_tui.cells import Ink
from rnn_tui.gradients.flow import memory_horizon
from rnn_tui.training.snapshot import Forecast, Snapshot
from rnn_tui.tui.plots.forecastfigures import (
    HEADINGS,
    errors_row,
    heading,
    mase_unit,
)
from rnn_tui.tui.plots.ledger import Ledger, Row, figures
from rnn_tui.tui.plots.picture import Word
from rnn_tui.tui.plots.residuals import residuals
from rnn_tui.tui.plots.words import significant

LOSSES = ("train", "validation", "lowest", "at step", "parameters", "reaches")
Inks = Sequence[tuple[Snapshot, Ink]]


def losses_ledger(nets: Inks) -> Ledger:
    """Return the losses of every net, its size, and how far back its gradient reaches."""
    rows = (
        figures(
            Word(net.net, ink),
            _figure(net.loss),
            _figure(net.validation_loss),
            _figure(net.best_validation_loss),
            "-" if net.best_step is None else f"{net.best_step:,}",
            "-" if net.parameters is None else f"{net.parameters:,}",
            _reach(net),
        )
        for net, ink in nets
    )
    return Ledger((figures(Word("loss"), *LOSSES, ink=Ink.LABEL), *rows))


def forecasts_ledger(nets: Inks) -> Ledger:
    """Return the errors one step ahead of every net: on the test part once it has ended."""
    is_over = all(net.final_scores for net, _ in nets)
    part = "test" if is_over else "validation"
    first = nets[0][0]
    when = "one step ahead" if first.forecast is None else heading(first, first.forecast)
    head = figures(Word(f"{part}, {when}"), *HEADINGS, ink=Ink.LABEL)
    told = () if is_over else (Word("below: as last scored"),)
    return Ledger((head, *_errors(nets, part)), (told,))


def _errors(nets: Inks, part: str) -> Iterator[Row]:
    for net, ink in nets:
        forecast = net.forecast
        found = None if forecast is None else residuals(forecast, *_bounds(forecast, part))
        if found is not None:
            yield errors_row(Word(net.net, ink), found, mase_unit(net, part))


def _bounds(forecast: Forecast, part: str) -> tuple[int, int]:
    if part == "test":
        return forecast.test_start, len(forecast.time)
    return forecast.validation_start, forecast.test_start


def _reach(net: Snapshot) -> str:
    if net.gradient is None or not net.gradient.hidden.size:
        return "-"
    flow = net.gradient.hidden
    return f"{memory_horizon(flow)} of {len(flow)}"


def _figure(value: float | None) -> str:
    return "-" if value is None else significant(value)
