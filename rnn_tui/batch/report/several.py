"""What a report says of several runs on one series: a grid, or a backtest."""

import math
from collections.abc import Iterable, Iterator, Sequence

from rnn_tui.batch.backtestsummary import fold_rows, pooled_scores
from rnn_tui.batch.foresight import future_rows
from rnn_tui.batch.gridsummary import cell_results, cell_verdicts, grid_baselines, grid_rows
from rnn_tui.batch.leavings import name_of, validation_loss
from rnn_tui.batch.many import Outcome
from rnn_tui.batch.plots import Picture, pictures
from rnn_tui.batch.report.document import Block, Code, Document, Figure, Grid, Heading, Paragraph
from rnn_tui.batch.summary import DIGITS, counted, score_rows, skill_lines, steps_ahead, subject
from rnn_tui.config import RunConfig
from rnn_tui.data.series import Series
from rnn_tui.forecasting.verdict import figure, verdict
from rnn_tui.toml import to_toml


def grid_document(
    outcomes: Sequence[Outcome], planned: int, series: Series, best: Outcome | None
) -> Document:
    """Return the report of a grid.

    Parameters
    ----------
    outcomes
        The runs that were made, at least one.
    planned
        How many were asked for.
    series
        What they were trained on.
    best
        The one that is shown in charts.
    """
    first = outcomes[0].plan.config
    labels = dict.fromkeys(outcome.plan.config.model.label for outcome in outcomes)
    title = f"{', '.join(labels)} on {subject(first).partition(' on ')[2]}"
    parts = (
        _account(outcomes, f"{len(outcomes):,} of {counted(planned, 'run')}"),
        *(_grid_result(outcomes, series, name) for name in _columns(series)),
        _runs(outcomes),
        _shown(best) if best else (),
        _grid_settings(outcomes),
    )
    return _document(title, parts)


def backtest_document(
    outcomes: Sequence[Outcome], planned: int, series: Series, picture: Picture | None
) -> Document:
    """Return the report of a backtest.

    Parameters
    ----------
    outcomes
        The folds that were run, at least one.
    planned
        How many were asked for.
    series
        What they were trained on.
    picture
        The forecasts of all folds.
    """
    config = outcomes[0].plan.config
    name = config.model.cell_name
    parts = (
        _account(outcomes, f"{len(outcomes):,} of {counted(planned, 'fold')}"),
        *(_pooled(outcomes, series, name, target) for target in _columns(series)),
        (Heading("Fold by fold"), Grid(*fold_rows(outcomes, series, name))),
        (Heading("Forecast"), Figure(picture)) if picture else (),
        _settings(config, f"rnn-tui --batch --config FILE --backtest {planned}"),
    )
    return _document(f"{subject(config)}: backtest", parts)


def _document(title: str, parts: Iterable[Iterable[Block]]) -> Document:
    return Document(title, tuple(block for part in parts for block in part))


def _columns(series: Series) -> tuple[str | None, ...]:
    """Return the names of the columns as results have them: None for the first."""
    return (None, *series.target_names[1:])


def _account(outcomes: Sequence[Outcome], done: str) -> Iterator[Block]:
    seconds = sum(outcome.ended.seconds for outcome in outcomes)
    yield Paragraph(f"{done} in {seconds:.2f} s.")
    shot = outcomes[0].snapshot
    for note in shot.notes if shot else ():
        yield Paragraph(f"Note: {note}")


def _heading(series: Series, target: str | None) -> Heading:
    several = len(series.target_names) > 1
    return Heading(f"Result: {target or series.name}" if several else "Result")


def _grid_result(
    outcomes: Sequence[Outcome], series: Series, target: str | None
) -> Iterator[Block]:
    baselines, results = grid_baselines(outcomes, target), cell_results(outcomes, target)
    if not baselines:
        return
    yield _heading(series, target)
    for sentence in cell_verdicts(results, baselines):
        yield Paragraph(sentence, strong=True)
    unit, horizon = series.unit if target is None else "", outcomes[0].plan.config.data.horizon
    yield Paragraph(f"{steps_ahead(horizon, baselines, unit)}, mean ± deviation:")
    head, rows, ours = grid_rows(results, baselines)
    yield Grid(head, rows, ours[0] if ours else None)
    yield Paragraph("skill = 1 - RMSE / RMSE of naive")


def _runs(outcomes: Sequence[Outcome]) -> Iterator[Block]:
    yield Heading("The runs")
    rows = []
    for outcome in outcomes:
        ended, model = outcome.ended, outcome.ended.scores.get("model")
        loss, best = validation_loss(outcome), ended.best_step
        rows.append(
            (
                name_of(outcome.plan.config),
                str(ended.status),
                f"{ended.steps:,}",
                "-" if best is None else f"{best:,}",
                figure(loss, DIGITS) if math.isfinite(loss) else "-",
                figure(model.rmse, DIGITS) if model else "-",
            )
        )
    yield Grid(("run", "ended", "steps", "best step", "validation loss", "RMSE"), tuple(rows))


def _shown(best: Outcome) -> Iterator[Block]:
    shot, config = best.snapshot, best.plan.config
    if shot is None:
        return
    yield Heading(f"The run with the lowest validation loss: {name_of(config)}")
    yield from map(Figure, pictures(shot))
    if best.ended.future is not None and shot.forecast is not None:
        yield Paragraph("Beyond the end of the series:")
        yield Grid(*future_rows(best.ended.future, shot.forecast.time_name))


def _grid_settings(outcomes: Sequence[Outcome]) -> Iterator[Block]:
    configs = [outcome.plan.config for outcome in outcomes]
    cells = dict.fromkeys(f"--cell {config.model.cell}" for config in configs)
    seeds = dict.fromkeys(f"--seed {config.training.seed}" for config in configs)
    return _settings(configs[0], f"rnn-tui --batch --config FILE {' '.join((*cells, *seeds))}")


def _pooled(
    outcomes: Sequence[Outcome], series: Series, name: str, target: str | None
) -> Iterator[Block]:
    scores = pooled_scores(outcomes, target)
    if not scores:
        return
    yield _heading(series, target)
    if sentence := verdict(name, scores):
        yield Paragraph(sentence, strong=True)
    unit, horizon = series.unit if target is None else "", outcomes[0].plan.config.data.horizon
    yield Paragraph(f"{steps_ahead(horizon, scores, unit)}, all folds together:")
    yield Grid(*score_rows(name, scores))
    yield Paragraph("; ".join(skill_lines(scores)))


def _settings(config: RunConfig, command: str) -> Iterator[Block]:
    yield Heading("Settings")
    yield Paragraph(f"The same runs again: {command}, with this in FILE:")
    yield Code(to_toml(config))
