"""A grid of cells and seeds: `--cell rnn --cell lstm --seed 0..4`."""

from collections.abc import Sequence

from rnn_tui.batch.gridsummary import grid_json, grid_summary, grid_verdicts
from rnn_tui.batch.json_lines import to_json_line
from rnn_tui.batch.many import Outcome, Plan, run_many
from rnn_tui.batch.page import Page
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.data.prepared import load_series
from rnn_tui.streams import Output


def run_grid(configs: Sequence[RunConfig], task: Task) -> int:
    """Run configurations on one series in turn and print a table of all; return the exit code.

    Raises
    ------
    RnnTuiError, OutputLostError
        See `run_many`.
    """
    series = load_series(configs[0].data)

    def conclude(outcomes: Sequence[Outcome], output: Output) -> str:
        if task.as_json:
            return to_json_line(grid_json(outcomes, len(configs), series))
        if task.quiet:
            return "".join(f"{line}\n" for line in grid_verdicts(outcomes, series))
        page = Page(output.stream)
        page.add(*grid_summary(outcomes, len(configs), series, page.width))
        return page.text

    return run_many([Plan(config) for config in configs], series, task, conclude)
