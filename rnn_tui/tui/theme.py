"""The app's own theme."""

from textual.theme import Theme

from rnn_tui.tui.plots.look import DARK

THEME = Theme(
    name="rnn-tui",
    primary="#59b4ff",
    secondary="#ffa62b",
    accent="#ffe066",
    warning="#ffa62b",
    error="#ff7f6b",
    success="#59b4ff",
    foreground=DARK.foreground,
    background=DARK.background,
    surface="#121823",
    panel="#1d2735",
    dark=True,
)
