"""Draw the pictures of README.md: the app itself, training for real. Run by `make pictures`."""

import asyncio
import re
from pathlib import Path

from rnn_tui.config import build_config
from rnn_tui.training.session import Session
from rnn_tui.tui.app import RnnTuiApp

PICTURES = Path(__file__).parent / "pictures"
FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
STEPS = 600


async def draw(name: str, size: tuple[int, int], **model: object) -> None:
    """Save the app of `size` columns and rows, after STEPS steps of training, as a picture."""
    session = Session(build_config({"data": {"dataset": "sunspots"}, "model": model}))
    app = RnnTuiApp(session)
    async with app.run_test(size=size) as pilot:
        while session.snapshot.step < STEPS:
            await pilot.pause(0.1)
        svg = app.export_screenshot(title="rnn-tui")
        session.stop()
    session.join()
    path = PICTURES / f"{name}.svg"
    path.write_text(without_outside_fonts(svg), encoding="utf-8")
    print(path)


def without_outside_fonts(svg: str) -> str:
    """Return the picture with the viewer's own fonts in the place of downloaded ones."""
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    return re.sub(r"font-family: [^;]*;", f"font-family: {FONTS};", svg)


def main() -> None:
    """Draw all pictures."""
    PICTURES.mkdir(exist_ok=True)
    asyncio.run(draw("lstm", (120, 40), cell="lstm", hidden_size=32))
    asyncio.run(draw("rnn-80x24", (80, 24), cell="rnn", hidden_size=32))


if __name__ == "__main__":
    main()
