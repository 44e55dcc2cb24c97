"""What several runs on one series come to: mean and deviation of each cell, in words and JSON."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import fmean, stdev
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from rnn_tui.batch.json_lines import SCHEMA
from rnn_tui.batch.many import Outcome
from rnn_tui.batch.page import NARROW
from rnn_tui.batch.summary import DIGITS, WIDE, steps_ahead, subject
from rnn_tui.config import CELL_NAMES, Cell
from rnn_tui.data.series import Series
from rnn_tui.forecasting.metrics import Scores, skill
from rnn_tui.forecasting.verdict import figure, verdict
from rnn_tui.streams import printable
from rnn_tui.training.events import RunEnded, Status

METRICS = tuple(field.name for field in fields(Scores) if field.name != "count")


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over runs; `deviation` is the sample's, NaN for a single run."""

    mean: float
    deviation: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class CellResult:
    """The runs of one cell on one column."""

    cell: Cell
    runs: int
    completed: int
    """Those that neither diverged nor were broken off."""
    scored: int
    """Those whose forecast is finite; `scores` and `spread` are about them."""
    scores: Scores | None
    """Means over the runs."""
    spread: Mapping[str, Spread]
    """By metric; empty where no run was scored."""


def cell_results(outcomes: Sequence[Outcome], target: str | None = None) -> list[CellResult]:
    """Return the results of each cell in the order of the runs.

    Parameters
    ----------
    outcomes
        The runs.
    target
        Name of a further column to forecast; None: the first.
    """
    names = dict.fromkeys(outcome.plan.config.model.cell for outcome in outcomes)
    return [
        _cell_result(name, [o.ended for o in outcomes if o.plan.config.model.cell == name], target)
        for name in names
    ]


def _cell_result(cell: Cell, runs: Sequence[RunEnded], target: str | None) -> CellResult:
    scored = [
        found["model"] for found in (_scores(run, target) for run in runs) if "model" in found
    ]
    spread = {name: _spread([getattr(each, name) for each in scored]) for name in METRICS if scored}
    means = {name: spread[name].mean for name in spread}
    return CellResult(
        cell=cell,
        runs=len(runs),
        completed=sum(run.status is Status.COMPLETED for run in runs),
        scored=len(scored),
        scores=Scores(**means, count=scored[0].count) if scored else None,
        spread=spread,
    )


def _scores(run: RunEnded, target: str | None) -> Mapping[str, Scores]:
    return run.scores if target is None else run.more_scores.get(target, {})


def _spread(values: Sequence[float]) -> Spread:
    if not all(math.isfinite(value) for value in values):
        return Spread(math.nan, math.nan, math.nan, math.nan)
    deviation = stdev(values) if len(values) > 1 else math.nan
    return Spread(fmean(values), deviation, min(values), max(values))


def grid_baselines(outcomes: Sequence[Outcome], target: str | None) -> dict[str, Scores]:
    """Return the baselines' scores, which are the same for every run."""
    for outcome in outcomes:
        if found := _scores(outcome.ended, target):
            return {name: scores for name, scores in found.items() if name != "model"}
    return {}


def cell_verdicts(results: Sequence[CellResult], baselines: Mapping[str, Scores]) -> list[str]:
    """Return the sentence of every cell that has one."""
    found = []
    for result in results:
        of = f" (mean of {result.scored})" if result.scored > 1 else ""
        scores = {"model": result.scores, **baselines} if result.scores else {}
        found.append(verdict(f"{CELL_NAMES[result.cell]}{of}", scores))
    return [sentence for sentence in found if sentence]


def grid_verdicts(outcomes: Sequence[Outcome], series: Series) -> list[str]:
    """Return the sentence of every cell and column, led by its name where there are several."""
    names = [None, *series.target_names[1:]]
    return [
        f"{printable(name or series.name)}: {sentence}" if len(names) > 1 else sentence
        for name in names
        for sentence in cell_verdicts(cell_results(outcomes, name), grid_baselines(outcomes, name))
    ]


def grid_json(
    outcomes: Sequence[Outcome], planned: int, series: Series, best: Outcome | None = None
) -> dict[str, Any]:
    """Return the record that ends the JSON Lines of several runs.

    Parameters
    ----------
    best
        The run with the lowest validation loss, whose model is saved.
    """
    more = series.target_names[1:]
    return {
        "event": "grid_ended",
        "schema": SCHEMA,
        "planned": planned,
        "runs": len(outcomes),
        "seeds": list(dict.fromkeys(outcome.plan.config.training.seed for outcome in outcomes)),
        "best": dict(best.plan.labels) if best else None,
        **_json(outcomes, None),
        "more_targets": {name: _json(outcomes, name) for name in more},
    }


def _json(outcomes: Sequence[Outcome], target: str | None) -> dict[str, Any]:
    results, baselines = cell_results(outcomes, target), grid_baselines(outcomes, target)
    return {
        "cells": [
            {
                "cell": result.cell,
                "runs": result.runs,
                "completed": result.completed,
                "scored": result.scored,
                "test_metrics": {name: asdict(spread) for name, spread in result.spread.items()},
            }
            for result in results
        ],
        "baselines": {name: asdict(scores) for name, scores in baselines.items()},
        "verdicts": cell_verdicts(results, baselines),
    }


def grid_summary(
    outcomes: Sequence[Outcome], planned: int, series: Series, width: int = NARROW
) -> list[RenderableType]:
    """Return what is printed at the end of several runs: how they went, the table, the verdicts."""
    seconds = sum(outcome.ended.seconds for outcome in outcomes)
    done = f"{len(outcomes):,} of {planned:,} runs in {seconds:.2f} s"
    cells = ", ".join(dict.fromkeys(subject(o.plan.config).partition(" on ")[0] for o in outcomes))
    source = subject(outcomes[0].plan.config).partition(" on ")[2]
    parts: list[RenderableType] = [Text(f"{cells} on {source}: {done}.")]
    names = [None, *series.target_names[1:]]
    for name in names:
        if not (baselines := grid_baselines(outcomes, name)):
            continue
        if len(names) > 1:
            parts += [Text(), Text(f"Column {printable(name or series.name)}.")]
        unit = series.unit if name is None else ""
        head = steps_ahead(outcomes[0].plan.config.data.horizon, baselines, unit)
        results = cell_results(outcomes, name)
        parts += [Text(), Text(f"{head}, mean ± deviation:"), Text()]
        parts += [_table(results, baselines, wide=width >= WIDE)]
        parts += [Text("  skill = 1 - RMSE / RMSE of naive", style="dim"), Text()]
        parts += [Text(line, style="bold") for line in cell_verdicts(results, baselines)]
    return parts


def _table(results: Sequence[CellResult], baselines: Mapping[str, Scores], *, wide: bool) -> Table:
    """Return cells and baselines from the best to the worst, the cells in bold."""
    table = Table(box=None, padding=(0, 0, 0, 2), header_style="dim")
    head, rows, ours = grid_rows(results, baselines, wide=wide)
    for heading in head:
        table.add_column(heading, justify="left" if heading == head[0] else "right", no_wrap=True)
    for number, cells in enumerate(rows):
        table.add_row(*cells, style="bold" if number in ours else None)
    return table


def grid_rows(
    results: Sequence[CellResult], baselines: Mapping[str, Scores], *, wide: bool = True
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[int, ...]]:
    """Return headings, cells and baselines from the best to the worst, and which are cells."""
    more = ("MAE", "lowest", "highest") if wide else ()
    rows: list[tuple[float, list[str], bool]] = []
    for name, scores in baselines.items():
        cells = [name, "-", figure(scores.rmse, DIGITS)]
        cells += [figure(scores.mae, DIGITS), "-", "-"] if wide else []
        rows.append((scores.rmse, [*cells, _gain(scores, baselines)], False))
    rows += [(*_cell_row(result, baselines, wide=wide), True) for result in results]
    rows.sort(key=lambda row: row[0] if row[0] >= 0 else math.inf)
    ours = tuple(number for number, row in enumerate(rows) if row[2])
    return ("forecast", "runs", "RMSE", *more, "skill"), tuple(tuple(row[1]) for row in rows), ours


def _cell_row(
    result: CellResult, baselines: Mapping[str, Scores], *, wide: bool
) -> tuple[float, list[str]]:
    """Return the mean RMSE of a cell, and its row."""
    name, ill = CELL_NAMES[result.cell], result.runs - result.scored
    runs = f"{result.scored:,}" + (f" of {result.runs:,}" if ill else "")
    if result.scores is None:
        return math.inf, [name, runs, *["-"] * (5 if wide else 2)]
    rmse, mae = result.spread["rmse"], result.spread["mae"]
    cells = [name, runs, _plus_minus(rmse)]
    if wide:
        cells += [_plus_minus(mae), figure(rmse.lowest, DIGITS), figure(rmse.highest, DIGITS)]
    return rmse.mean, [*cells, _gain(result.scores, baselines)]


def _plus_minus(spread: Spread) -> str:
    mean = figure(spread.mean, DIGITS)
    if math.isnan(spread.deviation):
        return mean
    decimals = len(mean.partition(".")[2])
    is_plain = "e" not in mean
    return (
        f"{mean} ± {spread.deviation:.{decimals}f}"
        if is_plain
        else f"{mean} ± {spread.deviation:.1e}"
    )


def _gain(scores: Scores, baselines: Mapping[str, Scores]) -> str:
    return f"{skill(scores, baselines['naive']):+.3f}" if "naive" in baselines else "-"
