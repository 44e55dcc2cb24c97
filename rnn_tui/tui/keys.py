"""The actions of the main screen, once: footer, help and command palette are made from here.

Those of the walk are in `rnn_tui.tui.walk.keys`, those of the forms in `rnn_tui.tui.form.keys`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.binding import Binding

FASTER = 1.25
"""Factor of one press of + or -."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do, and the keys that do it."""

    keys: str
    """Textual's names, with commas between."""
    symbol: str
    """The keys as they are shown."""
    title: str
    meaning: str
    action: str
    where: str = ""
    """The only screen that has it, as in "walk"; "" where the main screen has it."""

    @property
    def id(self) -> str:
        """What the settings call it: its title in small letters, with hyphens, after its screen."""
        return f"{self.where} {self.title}".strip().lower().replace(" ", "-")

    @property
    def binding(self) -> Binding:
        """The binding of the keys."""
        return Binding(self.keys, self.action, self.title, key_display=self.symbol, id=self.id)


@dataclass(frozen=True, slots=True)
class Hint:
    """A key in the footer; one with a lower rank stays longer where there is little room."""

    symbol: str
    label: str
    action: str
    rank: int
    strong: bool = False
    """Whether it stands for what is on the screen now."""


JUMP_IN_FORMS = "ctrl+o"
"""Letters are filled in there, so that it takes another key than elsewhere."""
JUMP = Command(
    f"j,{JUMP_IN_FORMS}",
    "j",
    "Jump",
    "a label over each panel and field; its key goes there",
    "jump",
)
NEXT_LAYER = Command(
    "L",
    "L",
    "Next layer",
    "of several, in panel 3 and in the walk",
    "view('layer')",
)
COMMANDS = (
    Command("space", "space", "Pause or resume", "hold training, or go on", "toggle_pause"),
    Command("full_stop", ".", "One optimisation step", "take a step, then hold", "step"),
    Command("greater_than_sign", ">", "Ten steps", "take ten steps, then hold", "step_many(10)"),
    Command("n", "n", "Next epoch", "go on to the end of the epoch, then hold", "finish_epoch"),
    Command("u", "u", "Run until", "a step, a loss, or divergence; then hold", "run_until"),
    Command("left_square_bracket", "[", "Slow down", "halve the speed limit", "slow_down"),
    Command("right_square_bracket", "]", "Speed up", "double the speed limit", "speed_up"),
    Command("0", "0", "Full speed", "lift the speed limit", "full_speed"),
    Command(
        "plus,equals_sign",
        "+",
        "Raise the learning rate",
        f"multiply it by {FASTER}",
        "faster",
    ),
    Command("minus", "-", "Lower the learning rate", f"divide it by {FASTER}", "slower"),
    Command(
        "c",
        "c",
        "Compare",
        "with another cell, from step 0; then by parameters; then alone",
        "compare",
    ),
    Command(
        "a",
        "a",
        "Adjust",
        "learning rate, clipping, batch size, optimizer, while it trains",
        "adjust",
    ),
    Command("e", "e", "Edit", "all settings; Enter begins anew with them", "edit"),
    Command("r", "r", "Restart", "begin anew with the same seed", "restart(False)"),
    Command("R", "R", "Restart with a new seed", "begin anew with the next one", "restart(True)"),
    Command("w", "w", "Save the model", "write the best weights to a file", "save"),
    Command("b", "b", "BPTT walk", "one training step in slow motion, forwards and back", "walk"),
    Command("g", "g", "Next gate", "show another gate in panel 3", "next_gate"),
    Command("d", "d", "Errors of the forecast", "actual − predicted, or both", "view('residuals')"),
    Command(
        "f",
        "f",
        "Free-running forecast",
        "of the test part, fed with its own forecasts",
        "view('free-running')",
    ),
    Command("m", "m", "Map, mean or histogram", "of the gate in panel 3", "view('gate')"),
    Command("o", "o", "Order of units", "by index, mean or time scale", "view('order')"),
    Command("G", "G", "Next net", "of those compared, show its gates in panel 3", "next_net"),
    NEXT_LAYER,
    Command("T", "T", "Next target", "of several, show its forecast in panel 2", "view('target')"),
    Command("right", "→", "Next timestep", "read it out in panels 2, 3 and 4", "move_cursor(1)"),
    Command("left", "←", "Previous timestep", "the other way round", "move_cursor(-1)"),
    Command("home", "Home", "First timestep", "the oldest of the window", "jump_cursor(False)"),
    Command("end", "End", "Last timestep", "the one before the prediction", "jump_cursor(True)"),
    Command("l", "l", "Log or linear loss", "change the scale of panel 1", "toggle_scale"),
    Command("v", "v", "Recent or whole loss", "the last steps, or the whole run", "toggle_span"),
    Command("s", "s", "Smooth the loss", "its running mean, or as it is", "view('smoothing')"),
    Command("1", "1", "Zoom the loss", "panel 1 alone; again: back", "zoom(1)"),
    Command("2", "2", "Zoom the forecast", "panel 2 alone; again: back", "zoom(2)"),
    Command("3", "3", "Zoom the gates", "panel 3 alone; again: back", "zoom(3)"),
    Command("4", "4", "Zoom the gradient", "panel 4 alone; again: back", "zoom(4)"),
    Command("5", "5", "Zoom the events", "the event log alone; again: back", "zoom(5)"),
    Command("enter", "Enter", "Zoom the panel in focus", "and back", "zoom_focused"),
    Command(
        "escape",
        "Esc",
        "Show all panels",
        "leave zoom, timestep, focus",
        "zoom_out",
    ),
    JUMP,
    Command("tab", "Tab", "Next panel", "move the focus, or the zoom", "next_panel(1)"),
    Command("shift+tab", "Shift+Tab", "Previous panel", "the other way round", "next_panel(-1)"),
    Command("y", "y", "Copy the numbers", "of the panel in focus, as a table", "copy_numbers"),
    Command("S", "S", "Save the screen", "as a picture (SVG) and as text", "save_screen"),
    Command(
        "question_mark", "?", "Help", "the panels and the keys; the one in focus first", "help"
    ),
    Command("q", "q", "Quit", "end the run after the steps under way", "app.quit"),
)
PALETTE_KEY = "^p"
ALL_ZOOMS = "1-5"
Symbols = Mapping[str, str]
"""How the key of a command is shown, by the id of the command."""


def symbols_of(commands: Sequence[Command]) -> Symbols:
    """Return what sentences call the keys of commands: of several keys the first."""
    return {command.id: command.symbol.split(" ")[0] for command in commands}


SYMBOLS = symbols_of(COMMANDS)


def with_keys(text: str, symbols: Symbols) -> str:
    """Return a text with each command in braces, as in {quit}, replaced by its key."""
    return re.sub(r"\{([a-z0-9,-]+)\}", lambda found: symbols.get(found[1], found[0]), text)


def hints(
    *,
    holds: bool,
    has_ended: bool,
    zoomed: int | None,
    compares: bool = False,
    stacked: bool = False,
    several: bool = False,
) -> tuple[Hint, ...]:
    """Return the keys that make sense now, in their order on the screen.

    Parameters
    ----------
    zoomed
        Number of the panel that has the whole screen.
    compares
        Whether there are several nets.
    stacked
        Whether the net has several layers.
    several
        Whether several columns are forecast.
    """
    walk = Hint("b", "walk", "walk", 6)
    steering = (
        Hint("space", "resume" if holds else "pause", "toggle_pause", 1),
        Hint(".", "step", "step", 4),
        *((walk,) if holds else ()),
        Hint("+", "", "faster", 5),
        Hint("-", "lr", "slower", 5),
    )
    offered = _of_panels(zoomed, compares=compares, stacked=stacked, several=several)
    zoom = Hint(ALL_ZOOMS, "zoom", "zoom(1)", 6)
    return (
        *((walk,) if has_ended else steering),
        *offered,
        zoom if zoomed is None else Hint("Esc", "back", "zoom_out", 2),
        *(() if has_ended else (Hint("u", "until", "run_until", 10),)),
        Hint("e", "edit", "edit", 6),
        Hint("r", "restart", "restart(False)", 5 if has_ended else 11),
        Hint("w", "save", "save", 5 if has_ended else 10),
        Hint("j", "jump", "jump", 12),
        Hint("?", "help", "help", 3),
        Hint("q", "quit", "app.quit", 0),
        Hint(PALETTE_KEY, "palette", "app.command_palette", 9),
    )


def _of_panels(
    zoomed: int | None, *, compares: bool, stacked: bool, several: bool
) -> tuple[Hint, ...]:
    """Return the keys of the panel that has the whole screen, or the most telling of all."""
    loss = (
        Hint("l", "log/lin", "toggle_scale", 4),
        Hint("v", "recent", "toggle_span", 4),
        Hint("s", "smooth", "view('smoothing')", 4),
    )
    gate = (Hint("g", "gate", "next_gate", 8 if zoomed is None else 4),)
    net = (Hint("G", "net", "next_net", 6),) if compares else ()
    layer = (Hint("L", "layer", "view('layer')", 9),) if stacked else ()
    rank = 9 if zoomed is None else 5
    target = (Hint("T", "target", "view('target')", rank),) if several else ()
    gates = (
        Hint("m", "map/mean", "view('gate')", 4),
        Hint("o", "order", "view('order')", 4),
    )
    forecast = (
        Hint("d", "errors", "view('residuals')", 4),
        Hint("f", "free-running", "view('free-running')", 4),
    )
    time = (
        Hint("←", "", "move_cursor(-1)", 7),
        Hint("→", "timestep", "move_cursor(1)", 7),
    )
    return {
        None: (*gate, *net, *layer, *target, *time),
        1: loss,
        2: (*forecast, *target, *time),
        3: (*gate, *net, *layer, *gates, *time),
    }.get(zoomed, time)


def tabs(titles: Sequence[str], shown: int) -> tuple[Hint, ...]:
    """Return one entry a panel, numbered from 1, for a screen that shows one at a time."""
    return tuple(
        Hint(str(number), title, f"zoom({number})", number, strong=number == shown)
        for number, title in enumerate(titles, start=1)
    )
