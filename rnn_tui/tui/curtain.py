"""The first frame, drawn before the libraries of the screen are imported, which takes a while.

The frame has the places of the main screen and nothing in them. Textual draws over it as soon as it
is there. Nothing is imported here but Python's own.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TextIO

from rnn_tui.tui.glyphs import detect_glyphs

RAISE = "\x1b[?1049h\x1b[?25l\x1b[2J\x1b[H"
"""Alternate screen, no cursor, all clear."""
LOWER = "\x1b[?25h\x1b[?1049l"
LEAST = (72, 20)
"""Columns and rows of the smallest screen with four panels."""
PANELS = (
    ("1 Loss", "2 Predicted vs actual"),
    ("3 Gates over timesteps", "4 Gradient per timestep"),
)
Edges = tuple[str, str, str, str, str, str]
ROUND: Edges = ("╭", "╮", "╰", "╯", "─", "│")
PLAIN: Edges = ("+", "+", "+", "+", "-", "|")
SIGNALS = ("SIGTERM", "SIGHUP")


def draw_curtain(title: str, width: int, height: int, *, plain: bool) -> list[str]:
    """Return the rows of the frame, each at most `width` columns.

    Parameters
    ----------
    title
        The run.
    plain
        Whether only ASCII can be shown.
    """
    head = f" {title}  {'o' if plain else '○'} loading"[:width]
    if (width, height) < LEAST or height < LEAST[1]:
        return [head]
    foot = 3 if height >= 24 else 2
    area = height - 1 - foot
    rows = [head]
    for titles, tall in zip(PANELS, (area - area // 2, area // 2), strict=True):
        left = width - width // 2
        both = [
            _panel(name, wide, tall, PLAIN if plain else ROUND)
            for name, wide in zip(titles, (left, width // 2), strict=True)
        ]
        rows += ["".join(pair) for pair in zip(*both, strict=True)]
    return [*rows, " Reading: Loading."]


def _panel(name: str, width: int, height: int, edges: Edges) -> list[str]:
    left, right, low_left, low_right, level, upright = edges
    top = f"{left}{level} {name} ".ljust(width - 1, level) + right
    side = upright + " " * (width - 2) + upright
    return [top, *[side] * (height - 2), low_left + level * (width - 2) + low_right]


@contextmanager
def raised(
    title: str, terminal: TextIO, environment: Mapping[str, str]
) -> Iterator[Callable[[], None]]:
    """Show the frame; yield what to call when another draws over it from then on.

    Where nobody has, because something went wrong or a signal came, the terminal is put back.
    """
    is_mine = True
    before: dict[int, Any] = {}

    def hand_over() -> None:
        nonlocal is_mine
        is_mine = False
        for number, handler in before.items():
            signal.signal(number, handler)

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            before[number] = signal.signal(number, leave)
    try:
        _show(title, terminal, environment)
        yield hand_over
    finally:
        if is_mine:
            hand_over()
            with suppress(OSError):
                terminal.write(LOWER)
                terminal.flush()


def _show(title: str, terminal: TextIO, environment: Mapping[str, str]) -> None:
    try:
        width, height = os.get_terminal_size(terminal.fileno())
    except OSError:
        width, height = 0, 0
    rows = draw_curtain(title, width, height, plain=detect_glyphs(environment) == "ascii")
    with suppress(OSError):
        terminal.write(RAISE + "\r\n".join(rows))
        terminal.flush()
