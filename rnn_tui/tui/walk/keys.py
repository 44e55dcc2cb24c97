"""The keys of a walk: its footer and its help are made from here."""

from rnn_tui.tui.keys import JUMP, Command, Hint

WALK_COMMANDS = (
    Command("space", "space", "Play or hold", "at the end: begin anew", "play"),
    Command("right,full_stop", "→ .", "Next position", "one timestep on", "move(1)"),
    Command("left,comma", "← ,", "Previous position", "one timestep back", "move(-1)"),
    Command("home", "Home", "Beginning", "t = 1 of the forward pass", "phase(1)"),
    Command("end", "End", "End", "the sum of the gradient", "phase(3)"),
    Command("1", "1", "Forward pass", "jump to its beginning", "phase(1)"),
    Command("2", "2", "Backward pass", "jump to the loss, where it begins", "phase(2)"),
    Command("3", "3", "Sum", "jump to the finished gradient", "phase(3)"),
    Command("plus,equals_sign", "+", "Faster", "twice as many positions a second", "pace(1)"),
    Command("minus", "-", "Slower", "half as many", "pace(-1)"),
    Command("r", "r", "Reverse", "play the other way round", "turn"),
    JUMP,
    Command("question_mark", "?", "Help", "this page", "help"),
    Command("escape,b,q", "Esc", "End of the walk", "back to the run, which is paused", "leave"),
)


def walk_hints(*, plays: bool) -> tuple[Hint, ...]:
    """Return the keys of the footer."""
    return (
        Hint("space", "hold" if plays else "play", "play", 1),
        Hint("←", "", "move(-1)", 2),
        Hint("→", "step", "move(1)", 2),
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
