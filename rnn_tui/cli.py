"""The `rnn-tui` command: options, usage errors, exit codes.

Nothing heavy is imported before the options are known to be right, so that `--help`, `--version`
and a mistyped option answer at once.
"""

import errno
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnn_tui import __version__, subcommands
from rnn_tui.crash import report_crash
from rnn_tui.errors import OUT_OF_MEMORY, ExitCode, RnnTuiError, UsageError
from rnn_tui.options import SETTINGS
from rnn_tui.request import CONFIGURING, RUNNING, Request, configure, to_request
from rnn_tui.setting import HEADINGS
from rnn_tui.streams import (
    Output,
    OutputLostError,
    complain,
    discard_the_rest,
    prepare_standard_streams,
    release_standard_streams,
)

if TYPE_CHECKING:
    from rnn_tui.config import RunConfig

MOST_COMPARED = 3
"""Nets that the app can tell apart in one panel."""
COMPLETION = "_RNN_TUI_COMPLETE"
"""Set where a shell asks for completions, as click documents it."""


class RunCommand(click.Group):
    """`rnn-tui` without a subcommand starts a run."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under headings."""
        heading_of = {setting.name: setting.heading for setting in SETTINGS}
        for heading in HEADINGS:
            records = [
                parameter.get_help_record(ctx)
                for parameter in self.get_params(ctx)
                if heading_of.get(parameter.name or "", "Run") == heading
            ]
            with formatter.section(heading):
                formatter.write_dl([record for record in records if record])
        self.format_commands(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand; anything else that stands alone is a slip."""
        if self.get_command(ctx, args[0]) is None:
            ctx.fail(
                f"unexpected argument {args[0]!r}; choose a series with --dataset NAME "
                "or --data FILE."
            )
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"rnn-tui {__version__}")
        ctx.exit()


@click.command("datasets", help="List the series that come with the program.")
@click.pass_context
def _datasets(ctx: click.Context) -> int:
    given = [name for name, value in ctx.parent.params.items() if value] if ctx.parent else []
    if given:
        raise UsageError("rnn-tui datasets takes no options: it lists the series.")
    from rnn_tui.batch.datasets import print_datasets  # noqa: PLC0415 - imports NumPy and Rich

    return print_datasets()


COMMAND = RunCommand(
    "rnn-tui",
    callback=to_request,
    commands=[_datasets, subcommands.config, subcommands.keys],
    invoke_without_command=True,
    subcommand_metavar="",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Watch a recurrent network learn a time series, live in the terminal.\n\n"
    "Options beat --config, which beats the configuration in --load-model, which beats the "
    "defaults.",
    epilog="Exit codes: 0 done, 1 failed or diverged, 2 usage, 128 + N ended by signal N "
    "(Ctrl+C: 130).",
    params=[
        *CONFIGURING,
        *RUNNING,
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Print the version.",
        ),
    ],
)


def check_modes(request: Request) -> None:
    """Raise UsageError where --batch and the forms of its output do not go together."""
    if request.json and request.plots:
        raise UsageError("--json and --plots exclude each other: JSON Lines hold no charts.")
    if request.quiet and request.plots:
        raise UsageError("--quiet and --plots exclude each other: quiet prints no charts.")
    for flag, wanted in (("--json", request.json), ("--plots", request.plots)):
        if wanted and not request.batch:
            raise UsageError(f"{flag} needs --batch: the app draws on the screen instead.")
    for flag, value in (("--quiet", request.quiet), ("--report", request.report)):
        if value and not request.batch:
            raise UsageError(f"{flag} needs --batch: the app shows a run on the screen.")


def check_terminal(arguments: Sequence[str], term: str) -> None:
    """Raise UsageError where the app would have no screen or no keys."""
    if not sys.stdin or not sys.stdin.isatty():
        lack = "standard input is no terminal"
    elif not sys.stdout.isatty():
        lack = "standard output is no terminal"
    elif term == "dumb":
        lack = "TERM=dumb cannot draw one"
    else:
        return
    instead = shlex.join(["rnn-tui", "--batch", *arguments])
    raise UsageError(f"the app needs a screen, but {lack}. Run without one: {instead}")


def check_several(request: Request, runs: int, why: str) -> None:
    """Raise UsageError where what is for one run is asked of several; `why` there are so many."""
    if request.follow:
        raise UsageError(f"--follow is for one run, and {why} for {runs:,}: rows come once.")


def check_comparison(request: Request, configs: "Sequence[RunConfig]") -> None:
    """Raise UsageError where the app cannot show several runs side by side."""
    if len({config.training.seed for config in configs}) > 1:
        raise UsageError(
            "--seed: the app compares nets with one seed, so that all read the same batches; "
            "give one, or add --batch for a table of several."
        )
    if len(configs) > MOST_COMPARED:
        raise UsageError(
            f"--cell: the app compares {MOST_COMPARED} nets at most, not {len(configs):,}; "
            "leave some out, or add --batch for a table."
        )
    for flag, given in (("--load-model", request.load_model), ("--follow", request.follow)):
        if given:
            raise UsageError(f"{flag} is for one net: leave it out, or give one --cell.")


def check_match(request: Request, runs: int) -> None:
    """Raise UsageError where --match has nothing to do."""
    if request.match is not None and (request.batch or runs == 1):
        raise UsageError(
            "--match is for nets that the app compares: give --cell twice, and no --batch."
        )


def check_following(request: Request, config: "RunConfig") -> None:
    """Raise UsageError where it is told how to follow a source that nobody follows."""
    given = request.settings
    flags = [s.flag for s in SETTINGS if s.heading == "Follow" and given[s.name] is not None]
    if flags and not config.follow.enabled:
        raise UsageError(f"{', '.join(flags)}: without --follow no row comes: add it.")


def check_runs(request: Request, configs: "Sequence[RunConfig]") -> None:
    """Raise UsageError where a grid or a backtest does not go with what else is asked for."""
    folds = configs[0].forecast.backtest
    check_following(request, configs[0])
    check_match(request, len(configs))
    if len(configs) > 1:
        check_several(request, len(configs), "--cell and --seed ask")
        if folds is not None:
            raise UsageError("--backtest is for one cell and one seed: run it once for each.")
        if not request.batch:
            check_comparison(request, configs)
    elif folds is not None:
        check_several(request, folds, "--backtest asks")
        if not request.batch:
            raise UsageError(
                f"--backtest asks for {folds:,} runs, which the app does not show: add --batch."
            )
        if request.save_model is not None:
            raise UsageError(
                f"--save-model {request.save_model}: --backtest trains a model for each fold, none "
                "of which has learned from all rows: leave one of them out."
            )
        if request.load_model is not None:
            raise UsageError(
                "--backtest trains anew for each fold, which --load-model would let look ahead: "
                "leave it out, and give the settings as options or with --config."
            )


def check_files(request: Request, data_file: str | None) -> None:
    """Raise UsageError where a file that is asked for could never be written, or is read."""
    from rnn_tui.training.files import (  # noqa: PLC0415 - when needed
        check_apart,
        check_output,
        check_report,
        check_writable,
    )

    if request.save_model:
        check_writable(request.save_model)
    if request.output:
        check_output(request.output)
    if request.report:
        check_report(request.report)
    read = {
        "--data": Path(data_file) if data_file else None,
        "--config": request.config,
        "--load-model": request.load_model,
    }
    written = {
        "--save-model": request.save_model,
        "--output": request.output,
        "--report": request.report,
    }
    check_apart(_given(read), _given(written))


def _given(files: Mapping[str, Path | None]) -> dict[str, Path]:
    return {option: path for option, path in files.items() if path is not None}


def run(request: Request, arguments: Sequence[str]) -> int:
    """Do what was asked for; return the exit code."""
    check_modes(request)
    configs = configure(request)
    check_runs(request, configs)
    if not request.batch:
        check_terminal(arguments, os.environ.get("TERM", ""))
    check_files(request, configs[0].data.file)
    if request.batch:
        from rnn_tui.batch import Task, run_batch  # noqa: PLC0415 - imports NumPy and Rich

        task = Task(
            load_from=request.load_model,
            save_to=request.save_model,
            output_to=request.output,
            report_to=request.report,
            as_json=request.json,
            plots=request.plots,
            quiet=request.quiet,
        )
        return run_batch(configs, task)
    from rnn_tui.tui.curtain import raised  # noqa: PLC0415 - the app needs it

    title = " beside ".join(
        f"{config.model.cell.upper()} {config.model.hidden_size}" for config in configs
    )
    with raised(title, sys.stdout, os.environ) as taking_over:
        from rnn_tui.tui.running import run_app  # noqa: PLC0415 - imports Textual and NumPy

        return run_app(
            configs,
            match=request.match or "units",
            load_from=request.load_model,
            save_to=request.save_model,
            output_to=request.output,
            taking_over=taking_over,
        )


def parse(arguments: Sequence[str]) -> Request | int:
    """Return what a command line asks for, or the exit code where --help or --version answered it.

    Raises
    ------
    click.ClickException
        An option is not known or not complete.
    OutputLostError
        The answer cannot be written.
    """
    try:
        parsed: Request | int = COMMAND.main(
            list(arguments), prog_name="rnn-tui", standalone_mode=False
        )
    except OSError as error:
        raise OutputLostError(error) from error
    except SystemExit as error:  # how click answers a closed stdout, and a shell's completion
        if COMPLETION in os.environ:
            raise
        closed = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        raise OutputLostError(closed) from error
    return parsed


def flush(code: int) -> None:
    """Write what is left in stdout's buffer; that it is lost counts only after a run that is done.

    Raises
    ------
    OutputLostError
        After exit code 0.
    """
    try:
        Output(sys.stdout).write("")
    except OutputLostError:
        if code == ExitCode.DONE:
            raise
        discard_the_rest(sys.stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with `arguments` (default: those of the process); return the exit code."""
    prepare_standard_streams()
    given = sys.argv[1:] if arguments is None else list(arguments)
    code: int = ExitCode.FAILED
    try:
        parsed = parse(given)
        code = parsed if isinstance(parsed, int) else run(parsed, given)
        flush(code)
    except click.ClickException as error:
        complain(f"{error.format_message().rstrip('.')}. Try rnn-tui --help.")
        code = ExitCode.USAGE
    except RnnTuiError as error:
        complain(str(error))
        code = error.exit_code
    except OutputLostError as error:
        discard_the_rest(sys.stdout)
        if not error.is_closed:
            complain(f"the output cannot be written: {error}.")
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        code = getattr(error, "exit_code", ExitCode.INTERRUPTED)
    except MemoryError:
        complain(OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - the last resort: a bug is reported, never shown raw
        complain(report_crash(error, given))
    release_standard_streams()
    return int(code)
