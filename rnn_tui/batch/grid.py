"""A grid of cells and seeds: `--cell rnn --cell lstm --seed 0..4`."""

from collections.abc import Sequence

from rnn_tui.batch.gridsummary import grid_json, grid_summary, grid_verdicts
from rnn_tui.batch.json_lines import to_json_line
from rnn_tui.batch.leavings import Leavings, name_of
from rnn_tui.batch.many import Outcome, Plan, run_many
from rnn_tui.batch.page import Page
from rnn_tui.batch.plots import pictures
from rnn_tui.batch.report import Document
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.data.prepared import load_series
from rnn_tui.streams import Output


def run_grid(configs: Sequence[RunConfig], task: Task) -> int:
    """Run configurations on one series in turn and print a table of all; return the exit code.

    The model that is saved, and drawn, is that with the lowest validation loss.

    Raises
    ------
    RnnTuiError, OutputLostError
        See `run_many`.
    """
    series = load_series(configs[0].data)
    leavings = Leavings(task)

    def conclude(outcomes: Sequence[Outcome], output: Output) -> str:
        leavings.close(lambda: _report(outcomes, len(configs), leavings.best))
        if task.as_json:
            return to_json_line(grid_json(outcomes, len(configs), series, leavings.best))
        if task.quiet:
            return "".join(f"{line}\n" for line in grid_verdicts(outcomes, series))
        page = Page(output.stream)
        page.add(*grid_summary(outcomes, len(configs), series, page.width), *leavings.said)
        best = leavings.best
        if task.plots and best is not None and best.snapshot is not None:
            page.add("", f"The lowest validation loss has {name_of(best.plan.config)}:")
            page.draw(pictures(best.snapshot))
        return page.text

    def _report(outcomes: Sequence[Outcome], planned: int, best: Outcome | None) -> Document:
        from rnn_tui.batch.report.several import grid_document  # noqa: PLC0415 - seldom needed

        return grid_document(outcomes, planned, series, best)

    return run_many([_plan(config) for config in configs], series, task, leavings, conclude)


def _plan(config: RunConfig) -> Plan:
    return Plan(config, labels={"cell": config.model.cell, "seed": config.training.seed})
