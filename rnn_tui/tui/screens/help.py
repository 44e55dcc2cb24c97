"""What each panel shows, its formula, how to read it, and the keys."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from rnn_tui.charts import Ink
from rnn_tui.tui.plots.look import Look


@dataclass(frozen=True, slots=True)
class Entry:
    """The explanation of one panel."""

    title: str
    shows: str
    formula: str
    healthy: str
    ill: str


ENTRIES = (
    Entry(
        "1 Loss",
        "Mean squared error, in scaled units, of the training batches and of the whole validation "
        "part, over optimisation steps, on a log scale. The bright line is the mean of each "
        "column, the dim band its lowest and highest batch. The diamond is the best validation "
        "loss: its weights are the ones kept.",
        "L = mean (y − target)²",
        "Both fall, then flatten out together.",
        "Validation rises while training falls: overfitting. Both jump: the learning rate is too "
        "high; press -.",
    ),
    Entry(
        "2 Predicted vs actual",
        "One-step-ahead forecasts: the network sees the true past at every point. Data units, the "
        "data's own time. The training, validation and test parts are marked; a long series shows "
        "its most recent part.",
        "RMSE = √ mean (y − target)²;  better = 1 − RMSE / RMSE of the naive forecast, which "
        "repeats the last value",
        "Better than naive on the validation part, and on the test part at the end.",
        "A copy of the truth one step late: the network has learned the naive forecast.",
    ),
    Entry(
        "3 Gates over timesteps",
        "One gate of every unit (rows) at every timestep (columns) of one fixed window of the "
        "validation part; rows share a cell's halves, and are averaged where there are more units "
        "than room. i input, f forget, o output: 0 shut … 1 open. g candidate, c cell and h "
        "hidden state: −1 … 1; c may exceed 1, then the scale says so.",
        "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t;  h_t = o_t ⊙ tanh c_t;  horizon = −1 / ln f̄ steps: "
        "what a cell with the mean forget gate keeps falls to 1/e",
        "Units differ, and differ over time.",
        "All one colour: saturated, no gradient gets through. Forget near 0: no memory.",
    ),
    Entry(
        "4 Gradient per timestep",
        "How much gradient reached each timestep in the last training step: the total derivative, "
        "what comes back through time plus the readout's own share, as a norm over units and "
        "batch, on a log scale. The level line is 1 % of the last timestep's norm, the upright "
        "one the furthest timestep above it.",
        "δ_t = ∂L_t/∂h_t + J_{t+1}ᵀ δ_{t+1};  reach = the largest lag k with "
        "‖δ_{T−k}‖ / ‖δ_T‖ > 1 %",
        "A gentle slope: early timesteps still teach.",
        "A steep fall: vanishing; what lies further back is not learned from. Underflow: the "
        "number is too small for the floats of the run. Overflow: it exploded.",
    ),
)
KEYS = (
    ("space", "pause or resume training"),
    (".", "one optimisation step, then pause"),
    ("+ -", "learning rate × 1.25 or ÷ 1.25"),
    ("g", "next gate in panel 3"),
    ("1 2 3 4", "zoom a panel to the whole screen; again, or Esc: back"),
    ("Tab Enter", "move from panel to panel; zoom it"),
    ("Ctrl+P", "command palette: every action by name, themes"),
    ("?", "this help"),
    ("q", "quit: ends after the current steps, saves if --save-model is given"),
)


class HelpScreen(Screen[None]):
    """A page to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "app.pop_screen", "back"),
    ]

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(id="help"):
            yield Static(help_text(self._look))


def help_text(look: Look) -> Text:
    """Return the whole page."""
    head, label = look.style(Ink.MARK, bold=True), look.style(Ink.LABEL)
    text = Text(style=look.style())
    text.append("\nHelp", look.style(bold=True))
    text.append(look.text("   Esc or ? goes back · ↑ ↓ scroll\n\n"), label)
    text.append("Keys\n", head)
    for key, meaning in KEYS:
        text.append(f"  {key:<10}", look.style(Ink.FIRST))
        text.append(f"{meaning}\n")
    for entry in ENTRIES:
        text.append(f"\n{entry.title}\n", head)
        text.append(look.text(f"{entry.shows}\n"))
        for name, words, ink in (
            ("formula", entry.formula, Ink.FIRST),
            ("healthy", entry.healthy, Ink.NONE),
            ("ill", entry.ill, Ink.SECOND),
        ):
            text.append(f"  {name:<9}", label)
            text.append(look.text(f"{words}\n"), look.style(ink))
    return text
