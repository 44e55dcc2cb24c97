"""The options about rows that come while a run goes on."""

import click

from rnn_tui.setting import Setting

BAD_ROWS = click.Choice(["skip", "stop"])

FOLLOW_SETTINGS = (
    Setting(
        "Follow",
        "--first-rows",
        "follow.first_rows",
        int,
        "ROWS",
        "Rows that are learned before the first is predicted.",
        "10 windows; of a file all it has, if more",
    ),
    Setting(
        "Follow",
        "--steps-per-row",
        "follow.steps_per_row",
        int,
        "N",
        "Optimisation steps after every row that came.",
        "1",
    ),
    Setting(
        "Follow",
        "--memory",
        "follow.memory",
        int,
        "ROWS",
        "Newest rows that are kept to learn from.",
        "5000",
    ),
    Setting(
        "Follow",
        "--bad-rows",
        "follow.bad_rows",
        BAD_ROWS,
        "skip|stop",
        "What a line that is no row does.",
        "skip",
    ),
)
