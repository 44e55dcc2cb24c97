"""What every widget of ours has in common: it draws itself in a look."""

from textual.reactive import reactive
from textual.widget import Widget

from rnn_tui.tui.plots.look import Look


class Drawn(Widget):
    """A widget that is drawn anew in another look."""

    look: reactive[Look] = reactive(Look, init=False)
