"""`rnn-tui config` and `rnn-tui keys`: what the user has set, and where."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnn_tui.places import log_folders, settings_file

if TYPE_CHECKING:
    from rnn_tui.tui.keys import Command


@click.command("config", help="Print the settings of the screen, and where they are kept.")
def config() -> int:
    """Print where things are kept, then the settings as TOML, ready to be copied."""
    from rnn_tui.settings import read_settings, to_toml  # noqa: PLC0415 - imports pydantic

    path = settings_file()
    settings = read_settings(path)
    click.echo(f"# settings: {path}{_whether_there(path)}")
    click.echo(f"# logs:     {log_folders()[0]}")
    click.echo(to_toml(settings), nl=False)
    return 0


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
    keys = max(len(command.symbol) for command in commands)
    names = max(len(command.id) for command in commands)
    return "".join(f"{c.symbol:<{keys}}  {c.id:<{names}}  {c.meaning}\n" for c in commands)


def _whether_there(path: Path) -> str:
    return "" if path.exists() else " (not there yet)"
