"""The end of a run in words and figures, with the baselines beside the model."""

import math
from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from rnn_tui.batch.foresight import MOST_ROWS, coverage_sentence, future_table
from rnn_tui.batch.page import NARROW
from rnn_tui.config import STANDARD_INPUT, RunConfig
from rnn_tui.forecasting.conformal import Coverage
from rnn_tui.forecasting.future import Future
from rnn_tui.forecasting.metrics import Scores, best_baseline, skill, skill_against_best
from rnn_tui.forecasting.verdict import figure, verdict
from rnn_tui.streams import printable
from rnn_tui.training.events import RunEnded
from rnn_tui.training.snapshot import Forecast

DIGITS = 4
RELATIVE_DIGITS = 3
TEST_PART = "the test part"
WIDE = 72
"""Columns of a page from which on the table has all scores."""


def counted(count: int, noun: str) -> str:
    """Return "1 step", "1,000 steps"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def subject(config: RunConfig) -> str:
    """Return what is trained on what, as in "LSTM 32 on sunspots"."""
    model, data = config.model, config.data
    source = "standard input" if data.file == STANDARD_INPUT else data.file or data.dataset
    return printable(f"{model.label} on {source}")


def headline(config: RunConfig, ended: RunEnded, *, with_seed: bool = False) -> str:
    """Return how a run of `config` ended, in one line."""
    seed = f", seed {config.training.seed}" if with_seed else ""
    best = f"; best step {ended.best_step:,}" if ended.best_step is not None else ""
    if ended.rows_followed:
        best = f"; {counted(ended.rows_followed, 'row')} came"
    steps = counted(ended.steps, "step")
    return f"{subject(config)}{seed}: {ended.status} after {steps} in {ended.seconds:.2f} s{best}."


def summary(
    config: RunConfig, ended: RunEnded, forecast: Forecast | None, width: int = NARROW
) -> list[RenderableType]:
    """Return what is printed at the end: how it went, the table, the verdict, for each column."""
    name = config.model.cell_name
    parts: list[RenderableType] = [Text(headline(config, ended))]
    if not ended.scores:
        return parts
    horizon, wide = config.data.horizon, width >= WIDE
    unit = forecast.unit if forecast else ""
    part = scored_part(ended)
    if ended.more_scores and forecast:
        parts += [Text(), Text(f"Column {printable(forecast.name)}.")]
    held = dict(ended.coverage)
    first = held.pop(next(iter(held))) if held else None
    parts += _scored(name, ended.scores, horizon, unit, part, first, wide=wide)
    for target, scores in ended.more_scores.items():
        parts += [Text(), Text(f"Column {printable(target)}.")]
        parts += _scored(name, scores, horizon, "", part, held.get(target), wide=wide)
    if config.forecast.ahead is not None and ended.future is not None:
        parts += _ahead(ended.future, forecast.time_name if forecast else "row")
    return parts


def verdicts(config: RunConfig, ended: RunEnded) -> list[str]:
    """Return the sentence of every column to forecast, led by its name where there are several."""
    name = config.model.cell_name
    found = {"": ended.scores, **ended.more_scores}
    sentences = {target: verdict(name, scores) for target, scores in found.items()}
    return [
        f"{printable(target)}: {sentence}" if target else sentence
        for target, sentence in sentences.items()
        if sentence
    ]


def _ahead(future: Future, time_name: str) -> list[RenderableType]:
    """Return the table of the rows beyond the end of the series."""
    rows = len(future.time)
    more = f", of which {MOST_ROWS:,} are shown (--output has all)" if rows > MOST_ROWS else ""
    head = f"Beyond the end, {counted(rows, 'row')}{more}:"
    return [Text(), Text(head), Text(), future_table(future, time_name)]


def scored_part(ended: RunEnded) -> str:
    """Return what the scores of a run are on."""
    return "the rows that came" if ended.rows_followed else TEST_PART


def steps_ahead(
    horizon: int, scores: Mapping[str, Scores], unit: str, part: str = TEST_PART
) -> str:
    """Return what scores are about, as in "One step ahead on the test part (67 points)"."""
    count = next(iter(scores.values())).count
    points = counted(count, "point") + (f", in {unit}" if unit else "")
    ahead = "One step ahead" if horizon == 1 else f"1 to {horizon:,} steps ahead"
    return f"{ahead} on {part} ({points})"


def _scored(
    name: str,
    scores: Mapping[str, Scores],
    horizon: int,
    unit: str,
    part: str,
    coverage: Coverage | None,
    *,
    wide: bool,
) -> list[RenderableType]:
    """Return the table of one column to forecast, what its intervals hold, and the verdict."""
    parts: list[RenderableType] = [
        Text(),
        Text(f"{steps_ahead(horizon, scores, unit, part)}:"),
        Text(),
        score_table(name, scores, wide=wide),
        *(Text(f"  {line}", style="dim") for line in skill_lines(scores)),
    ]
    if coverage is not None:
        parts.append(Text(f"  {coverage_sentence(coverage)}", style="dim"))
    sentence = verdict(name, scores)
    return [*parts, Text(), Text(sentence, style="bold")] if sentence else parts


def score_rows(
    name: str, scores: Mapping[str, Scores], *, wide: bool = True
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int | None]:
    """Return headings, the forecasts from the best to the worst, and which row is the model's."""
    relative = ("MASE", "sMAPE", "R2") if wide else ()
    rows: list[tuple[str, ...]] = []
    ours = None
    for key, value in sorted(scores.items(), key=_rank):
        if key == "model":
            ours = len(rows)
        gain = f"{skill(value, scores['naive']):+.3f}" if "naive" in scores else "-"
        figures = (figure(value.rmse, DIGITS), figure(value.mae, DIGITS))
        others = (_relative(getattr(value, heading.lower())) for heading in relative)
        rows.append((name if key == "model" else key, *figures, *others, gain))
    return ("forecast", "RMSE", "MAE", *relative, "skill"), tuple(rows), ours


def skill_lines(scores: Mapping[str, Scores]) -> list[str]:
    """Return what skill means, and the model's against the baseline that is hardest to beat."""
    lines = ["skill = 1 - RMSE / RMSE of naive"]
    best, gain = best_baseline(scores), skill_against_best(scores)
    if best not in {None, "naive"} and gain is not None and math.isfinite(gain):
        lines.append(f"against {best}, the best baseline: {gain:+.3f}")
    return lines


def score_table(name: str, scores: Mapping[str, Scores], *, wide: bool) -> Table:
    """Return the forecasts from the best to the worst, the model's in bold."""
    head, rows, ours = score_rows(name, scores, wide=wide)
    table = Table(box=None, padding=(0, 0, 0, 2), header_style="dim")
    for n, heading in enumerate(head):
        table.add_column(heading, justify="right" if n else "left", no_wrap=True)
    for n, row in enumerate(rows):
        table.add_row(*row, style="bold" if n == ours else None)
    return table


def _relative(value: float) -> str:
    return "-" if math.isnan(value) else figure(value, RELATIVE_DIGITS)


def _rank(entry: tuple[str, Scores]) -> float:
    rmse = entry[1].rmse
    return rmse if math.isfinite(rmse) else math.inf
