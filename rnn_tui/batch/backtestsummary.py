"""What a walk-forward backtest comes to: fold by fold, and all folds pooled."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from rnn_tui.batch.foresight import time_text
from rnn_tui.batch.json_lines import SCHEMA
from rnn_tui.batch.many import Outcome
from rnn_tui.batch.page import NARROW
from rnn_tui.batch.summary import (
    DIGITS,
    WIDE,
    counted,
    score_table,
    skill_lines,
    steps_ahead,
    subject,
)
from rnn_tui.data.series import Series
from rnn_tui.forecasting.metrics import Scores, best_baseline, skill_against_best
from rnn_tui.forecasting.pooling import pool
from rnn_tui.forecasting.verdict import figure, verdict
from rnn_tui.streams import printable

STRONGEST = "best baseline"


def _scores(outcome: Outcome, target: str | None) -> Mapping[str, Scores]:
    ended = outcome.ended
    return ended.scores if target is None else ended.more_scores.get(target, {})


def pooled_scores(outcomes: Sequence[Outcome], target: str | None) -> dict[str, Scores]:
    """Return the scores of a column over all folds together."""
    return pool([_scores(outcome, target) for outcome in outcomes])


def _name(outcomes: Sequence[Outcome]) -> str:
    return outcomes[0].plan.config.model.cell_name


def backtest_verdicts(outcomes: Sequence[Outcome], series: Series) -> list[str]:
    """Return the sentence of every column, led by its name where there are several."""
    names = [None, *series.target_names[1:]]
    found = []
    for name in names:
        sentence = verdict(_name(outcomes), pooled_scores(outcomes, name))
        if sentence:
            led = f"{printable(name or series.name)}: " if len(names) > 1 else ""
            found.append(f"{led}{sentence}")
    return found


def backtest_json(outcomes: Sequence[Outcome], planned: int, series: Series) -> dict[str, Any]:
    """Return the record that ends the JSON Lines of a backtest."""
    return {
        "event": "backtest_ended",
        "schema": SCHEMA,
        "planned": planned,
        "folds": [_fold_json(outcome, series) for outcome in outcomes],
        **_pooled_json(outcomes, None),
        "more_targets": {name: _pooled_json(outcomes, name) for name in series.target_names[1:]},
    }


def _fold_json(outcome: Outcome, series: Series) -> dict[str, Any]:
    first, last = _span(outcome, series)
    model = outcome.ended.scores.get("model")
    return {
        "first": first,
        "last": last,
        "status": str(outcome.ended.status),
        "test_metrics": asdict(model) if model else None,
    }


def _pooled_json(outcomes: Sequence[Outcome], target: str | None) -> dict[str, Any]:
    pooled = {name: asdict(scores) for name, scores in pooled_scores(outcomes, target).items()}
    return {
        "test_metrics": pooled.pop("model", None),
        "baselines": pooled,
        "skill": skill_against_best(pooled_scores(outcomes, target)),
        "verdict": verdict(_name(outcomes), pooled_scores(outcomes, target)),
    }


def _span(outcome: Outcome, series: Series) -> tuple[str, str]:
    """Return the times of the first and the last row that a fold tests."""
    split = outcome.plan.split
    if split is None:
        raise ValueError("a fold has a split of its own")
    return time_text(series.time[split.test_start]), time_text(series.time[split.end - 1])


def backtest_summary(
    outcomes: Sequence[Outcome], planned: int, series: Series, width: int = NARROW
) -> list[RenderableType]:
    """Return what is printed at the end of a backtest."""
    config, name, wide = outcomes[0].plan.config, _name(outcomes), width >= WIDE
    seconds = sum(outcome.ended.seconds for outcome in outcomes)
    done = (
        counted(planned, "fold")
        if len(outcomes) == planned
        else f"{len(outcomes)} of {planned} folds"
    )
    head = f"{subject(config)}: backtest of {done} in {seconds:.2f} s."
    parts: list[RenderableType] = [Text(head), Text(), _folds(outcomes, series, name, wide=wide)]
    names = [None, *series.target_names[1:]]
    for target in names:
        pooled = pooled_scores(outcomes, target)
        if not pooled:
            continue
        if len(names) > 1:
            parts += [Text(), Text(f"Column {printable(target or series.name)}.")]
        unit = series.unit if target is None else ""
        ahead = steps_ahead(config.data.horizon, pooled, unit)
        parts += [Text(), Text(f"{ahead}, all folds together:"), Text()]
        parts += [score_table(name, pooled, wide=wide)]
        parts += [Text(f"  {line}", style="dim") for line in skill_lines(pooled)]
        if sentence := verdict(name, pooled):
            parts += [Text(), Text(sentence, style="bold")]
    return parts


def _folds(outcomes: Sequence[Outcome], series: Series, name: str, *, wide: bool) -> Table:
    """Return a row for every fold: its span, the RMSE of the model, of naive, of the best."""
    table = Table(box=None, padding=(0, 0, 0, 2), header_style="dim")
    head, rows = fold_rows(outcomes, series, name, wide=wide)
    for heading in head:
        side: Literal["left", "right"] = "left" if heading == STRONGEST else "right"
        table.add_column(heading, justify=side, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def fold_rows(
    outcomes: Sequence[Outcome], series: Series, name: str, *, wide: bool = True
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return headings and a row for every fold."""
    rows = []
    for number, outcome in enumerate(outcomes, start=1):
        scores = outcome.ended.scores
        first, last = _span(outcome, series)
        points = f"{next(iter(scores.values())).count:,}" if scores else "-"
        model, naive = (_rmse(scores.get(key)) for key in ("model", "naive"))
        best = best_baseline(scores)
        strongest = f"{best} {_rmse(scores[best])}" if best else "-"
        middle = (last, points) if wide else ()
        rows.append((str(number), first, *middle, model, naive, *((strongest,) if wide else ())))
    middle_head, end = (("last", "points"), (STRONGEST,)) if wide else ((), ())
    return ("fold", "first", *middle_head, name, "naive", *end), tuple(rows)


def _rmse(scores: Scores | None) -> str:
    return figure(scores.rmse, DIGITS) if scores and math.isfinite(scores.rmse) else "-"
