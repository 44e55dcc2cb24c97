"""`rnn-tui config` and `rnn-tui keys`: what the user has set, and where."""

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rnn_tui.errors import UsageError
from rnn_tui.places import log_folders, settings_file
from rnn_tui.request import CONFIGURING, to_request

if TYPE_CHECKING:
    from rnn_tui.request import Request
    from rnn_tui.tui.keys import Command

WHERE = {"walk": "In the walk", "form": "In forms"}
"""What screens with keys of their own are called."""


def _print_settings() -> None:
    """Print where things are kept, then the settings as TOML, ready to be copied."""
    from rnn_tui.settings import read_settings, to_toml  # noqa: PLC0415 - imports pydantic

    path = settings_file()
    settings = read_settings(path)
    click.echo(f"# settings: {path}{_whether_there(path)}")
    click.echo(f"# logs:     {log_folders()[0]}")
    click.echo(to_toml(settings), nl=False)


def _print_configuration(request: "Request") -> None:
    """Print the configuration of one run as TOML, for `--config`."""
    from rnn_tui.request import configure  # noqa: PLC0415 - needed here alone
    from rnn_tui.toml import to_toml  # noqa: PLC0415 - imports pydantic

    configs = configure(request)
    if len(configs) > 1:
        raise UsageError(
            f"config --print prints one run, and --cell and --seed ask for {len(configs):,}: "
            "give one cell and one seed."
        )
    config = configs[0]
    if request.batch:  # what is not told is decided there, not by the watcher
        from rnn_tui.batch.run import resolve  # noqa: PLC0415 - imports NumPy and Rich

        config = resolve(config)
    click.echo(to_toml(config), nl=False)


def _config(ctx: click.Context, *, print_run: bool, **options: Any) -> int:
    before = ctx.parent.params if ctx.parent else {}
    merged = before | {name: value for name, value in options.items() if value not in {None, ()}}
    if print_run:
        _print_configuration(to_request(**merged))
    elif any(merged.values()):
        raise UsageError("rnn-tui config prints the settings; for a run's options add --print.")
    else:
        _print_settings()
    return 0


config = click.Command(
    "config",
    callback=click.pass_context(_config),
    help="Print the settings of the screen, and where they are kept; with --print the whole "
    "configuration that the options of a run make, as TOML for --config.",
    short_help="Print the settings of the screen, or with --print those of a run.",
    params=[
        click.Option(["--print", "print_run"], is_flag=True, help="Print a run's configuration."),
        *CONFIGURING,
    ],
)


@click.command("keys", help="Print what every key does, and how to choose others.")
def keys() -> int:
    """Print a line for every action: its keys, its name in the settings, its meaning."""
    from rnn_tui.settings import read_settings  # noqa: PLC0415 - imports pydantic
    from rnn_tui.tui.keymap import commands_of  # noqa: PLC0415 - imports Textual

    path = settings_file()
    commands = commands_of(read_settings(path), path)
    click.echo(_table(commands), nl=False)
    click.echo(
        f"\nOther keys: in {path}{_whether_there(path)}, as in\n\n"
        f'[keys]\n{commands[0].id} = "p"\n{commands[1].id} = "n,full_stop"'
    )
    return 0


def _table(commands: "tuple[Command, ...]") -> str:
    """Return a line for every command, those that one screen alone has under its name."""
    keys = max(len(command.symbol) for command in commands)
    names = max(len(command.id) for command in commands)
    lines: list[str] = []
    for where, own in groupby(commands, lambda command: command.where):
        lines += ["", f"{WHERE[where]}:"] if where else []
        lines += [f"{c.symbol:<{keys}}  {c.id:<{names}}  {c.meaning}" for c in own]
    return "".join(f"{line}\n" for line in lines)


def _whether_there(path: Path) -> str:
    return "" if path.exists() else " (not there yet)"
