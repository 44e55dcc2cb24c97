"""The keys of a walk: its footer and its help are made from here."""

from dataclasses import replace

from rnn_tui.tui.keys import JUMP, NEXT_LAYER, Command, Hint


def _own(keys: str, symbol: str, title: str, meaning: str, action: str) -> Command:
    return Command(keys, symbol, title, meaning, action, "walk")


WALK_COMMANDS = (
    _own("space", "space", "Play or hold", "at the end: begin anew", "play"),
    _own("right,full_stop", "→ .", "Next position", "one timestep on", "move(1)"),
    _own("left,comma", "← ,", "Previous position", "one timestep back", "move(-1)"),
    _own("home", "Home", "Beginning", "t = 1 of the forward pass", "phase(1)"),
    _own("end", "End", "End", "the sum of the gradient", "phase(3)"),
    _own("1", "1", "Forward pass", "jump to its beginning", "phase(1)"),
    _own("2", "2", "Backward pass", "jump to the loss, where it begins", "phase(2)"),
    _own("3", "3", "Sum", "jump to the finished gradient", "phase(3)"),
    _own("plus,equals_sign", "+", "Faster", "twice as many positions a second", "pace(1)"),
    _own("minus", "-", "Slower", "half as many", "pace(-1)"),
    _own("r", "r", "Reverse", "play the other way round", "turn"),
    replace(NEXT_LAYER, meaning="of several, walk through that one", action="layer"),
    JUMP,
    Command("question_mark", "?", "Help", "this page", "help"),
    _own("escape,b,q", "Esc", "Leave", "back to the run, which is paused", "leave"),
)
"""Those without a screen of their own have the keys that they have on the main screen."""


def walk_hints(*, plays: bool, stacked: bool = False) -> tuple[Hint, ...]:
    """Return the keys of the footer.

    Parameters
    ----------
    stacked
        Whether the net has several layers.
    """
    return (
        Hint("space", "hold" if plays else "play", "play", 1),
        Hint("←", "", "move(-1)", 2),
        Hint("→", "step", "move(1)", 2),
        *((Hint("L", "layer", "layer", 2),) if stacked else ()),
        Hint("1", "forwards", "phase(1)", 3),
        Hint("2", "backwards", "phase(2)", 3),
        Hint("3", "sum", "phase(3)", 3),
        Hint("-", "", "pace(-1)", 5),
        Hint("+", "speed", "pace(1)", 5),
        Hint("r", "reverse", "turn", 6),
        Hint("j", "jump", "jump", 7),
        Hint("?", "help", "help", 4),
        Hint("Esc", "end", "leave", 0),
    )
