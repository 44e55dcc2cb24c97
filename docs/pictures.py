"""Draw the pictures of README.md: the app itself, training for real. Run by `make pictures`.

Textual's own picture asks for a font from elsewhere, and few fonts have braille dots as wide as
their letters. Here dots and blocks become shapes, words stand where they belong one by one, and
the rest is left to any monospaced font.
"""

import asyncio
import html
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rnn_tui.config import build_config
from rnn_tui.training.comparison import Comparison
from rnn_tui.training.session import Session
from rnn_tui.tui.app import RnnTuiApp

PICTURES = Path(__file__).parent / "pictures"
FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
STEPS, SPEED = 600, 200
"""Where a run is seen, and steps a second on the way there, which would take a blink otherwise."""
WIDTH, HEIGHT, ASCENT = 12.2, 24.4, 18.5
"""Of a cell in Rich's pictures, and how far its baseline lies below its top."""
DOT = 3.2
BRAILLE = "[\u2801-\u28ff]"
BLOCKS = {"▀": (0.0, 0.5), "█": (0.0, 1.0)} | {
    symbol: (1 - eighths / 8, eighths / 8) for eighths, symbol in enumerate("▁▂▃▄▅▆▇", 1)
}
"""Block -> where it begins below the top of its cell, and its height, as shares of a cell."""
RUNS = re.compile(rf"{BRAILLE}+|[{''.join(BLOCKS)}]+|(?:(?!{BRAILLE}|[{''.join(BLOCKS)}])\S)+")
TEXT = re.compile(
    r'<text class="(?P<style>[^"]*)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="[\d.]+" '
    r"(?P<rest>[^>]*)>(?P<content>[^<]*)</text>"
)


async def draw(
    name: str, size: tuple[int, int], *, walk: Sequence[str] = (), **model: object
) -> None:
    """Save the app of `size` columns and rows, after STEPS steps of training, as a picture.

    `walk` holds the keys that are pressed in a walk through one backpropagation.
    """
    session = Session(build_config({"data": {"dataset": "sunspots"}, "model": model}))
    session.limit_speed(SPEED)
    app = RnnTuiApp(session)
    async with app.run_test(size=size) as pilot:
        while session.snapshot.step < STEPS:
            await pilot.pause(0.1)
        if walk:
            await pilot.press("b")
            while session.snapshot.walk is None:
                await pilot.pause(0.1)
            await pilot.pause(0.5)
            await pilot.press(*walk)
            await pilot.pause(0.2)
        svg = app.export_screenshot(title="rnn-tui")
        session.stop()
    session.join()
    path = PICTURES / f"{name}.svg"
    path.write_text(self_contained(svg), encoding="utf-8")
    print(path)


async def draw_comparison(name: str, size: tuple[int, int], *cells: str) -> None:
    """Save the app with several nets in lockstep, after STEPS steps of training, as a picture."""
    data = {"dataset": "sunspots", "input_chunk_length": 48}
    configs = [build_config({"data": data, "model": {"cell": cell}}) for cell in cells]
    session = Comparison(configs, "parameters")
    session.limit_speed(SPEED)
    app = RnnTuiApp(session)
    async with app.run_test(size=size) as pilot:
        while session.snapshot.step < STEPS:
            await pilot.pause(0.1)
        svg = app.export_screenshot(title="rnn-tui")
        session.stop()
    session.join()
    path = PICTURES / f"{name}.svg"
    path.write_text(self_contained(svg), encoding="utf-8")
    print(path)


def self_contained(svg: str) -> str:
    """Return a picture of Textual's that looks the same whatever fonts its reader has."""
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    svg = re.sub(r"font-family: [^;]*;", f"font-family: {FONTS};", svg)
    return TEXT.sub(lambda found: "".join(_pieces(found)), svg)


def _pieces(found: re.Match[str]) -> Iterator[str]:
    style, rest, baseline = found["style"], found["rest"], float(found["y"])
    for run in RUNS.finditer(html.unescape(found["content"])):
        x, text = float(found["x"]) + WIDTH * run.start(), run[0]
        if re.match(BRAILLE, text):
            yield f'<path class="{style}" d="{_path(_dots, text, x, baseline - ASCENT)}"/>'
        elif text[0] in BLOCKS:
            path = _path(_block, text, x, baseline - ASCENT)
            yield f'<path class="{style}" d="{path}" shape-rendering="crispEdges"/>'
        else:
            yield (
                f'<text class="{style}" x="{x:.5g}" y="{baseline:.5g}" '
                f'textLength="{WIDTH * len(text):.5g}" {rest}>{html.escape(text)}</text>'
            )


def _path(shape: Callable[[str, float, float], str], text: str, x: float, top: float) -> str:
    return "".join(shape(symbol, x + WIDTH * place, top) for place, symbol in enumerate(text))


def _dots(symbol: str, x: float, top: float) -> str:
    bits = ord(symbol) - 0x2800
    places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    return "".join(
        _rectangle(
            x + (column + 0.5) * WIDTH / 2 - DOT / 2, top + (row + 0.5) * HEIGHT / 4 - DOT / 2,
            DOT, DOT,
        )
        for bit, (column, row) in enumerate(places)
        if bits >> bit & 1
    )  # fmt: skip


def _block(symbol: str, x: float, top: float) -> str:
    start, height = BLOCKS[symbol]
    return _rectangle(x, top + start * HEIGHT, WIDTH, height * HEIGHT)


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.5g} {y:.5g}h{width:.4g}v{height:.4g}h{-width:.4g}z"


def main() -> None:
    """Draw all pictures."""
    PICTURES.mkdir(exist_ok=True)
    asyncio.run(draw("lstm", (120, 40), cell="lstm", hidden_size=32))
    steps = ["2", *["right"] * 10]
    asyncio.run(draw("walk", (120, 40), walk=steps, cell="lstm", hidden_size=32))
    asyncio.run(draw("walk-80x24", (80, 24), walk=steps, cell="rnn", hidden_size=32))
    asyncio.run(draw_comparison("compare", (120, 40), "lstm", "rnn"))
    asyncio.run(draw("rnn-80x24", (80, 24), cell="rnn", hidden_size=32))


if __name__ == "__main__":
    main()
