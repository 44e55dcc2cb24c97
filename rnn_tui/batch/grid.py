"""A grid of cells and seeds: `--cell rnn --cell lstm --seed 0..4`."""

from collections.abc import Sequence
from pathlib import Path

from rnn_tui.batch.gridsummary import grid_json, grid_summary, grid_verdicts
from rnn_tui.batch.json_lines import to_json_line
from rnn_tui.batch.many import Outcome, Plan, run_many
from rnn_tui.batch.page import Page
from rnn_tui.batch.task import Task
from rnn_tui.config import RunConfig
from rnn_tui.data.prepared import load_series
from rnn_tui.streams import Output
from rnn_tui.training.files import path_of_net


def run_grid(configs: Sequence[RunConfig], task: Task) -> int:
    """Run configurations on one series in turn and print a table of all; return the exit code.

    Raises
    ------
    RnnTuiError, OutputLostError
        See `run_many`.
    """
    series = load_series(configs[0].data)
    plans = plan_grid(configs, task)

    def conclude(outcomes: Sequence[Outcome], output: Output) -> str:
        if task.as_json:
            return to_json_line(grid_json(outcomes, len(configs), series))
        if task.quiet:
            return "".join(f"{line}\n" for line in grid_verdicts(outcomes, series))
        page = Page(output.stream)
        page.add(*grid_summary(outcomes, len(configs), series, page.width))
        made = [outcome.plan for outcome in outcomes]
        files = [path for plan in made for path in (plan.save_to, plan.output_to) if path]
        if files:
            page.add("", f"Written: {', '.join(map(str, files))}")
        return page.text

    return run_many(plans, series, task, conclude)


def plan_grid(configs: Sequence[RunConfig], task: Task) -> list[Plan]:
    """Return the runs of a grid, each with files of its own, named by cell, size and seed.

    Parameters
    ----------
    configs
        Which differ in cell and seed.
    """
    have_seeds = len({config.training.seed for config in configs}) > 1

    def own(path: Path | None, config: RunConfig) -> Path | None:
        seed = f" seed {config.training.seed}" if have_seeds else ""
        return None if path is None else path_of_net(path, f"{config.model.label}{seed}")

    return [
        Plan(config, save_to=own(task.save_to, config), output_to=own(task.output_to, config))
        for config in configs
    ]
