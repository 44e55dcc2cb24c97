"""The four panels of the main screen."""

from dataclasses import replace
from functools import partial

from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.plots.compare import draw_forecasts, draw_gradients, draw_losses
from rnn_tui.tui.plots.forecast import draw_forecast
from rnn_tui.tui.plots.gates import draw_gates
from rnn_tui.tui.plots.gradient import draw_gradient
from rnn_tui.tui.plots.loss import LossView, draw_loss
from rnn_tui.tui.widgets.panel import Panel, Plot

LOSS = Plot(1, "Loss", "Loss", draw_loss, lambda s: (s.history, s.loss, s.best_step), draw_losses)
FORECAST = Plot(
    2,
    "Predicted vs actual",
    "Forecast",
    draw_forecast,
    lambda s: (s.forecast, s.trace and s.trace.start, s.validation_rmse, s.ended),
    draw_forecasts,
)
GATES = Plot(
    3, "Gates over timesteps", "Gates", partial(draw_gates, selected="f"), lambda s: (s.trace,)
)
GRADIENT = Plot(
    4,
    "Gradient per timestep",
    "Gradient",
    draw_gradient,
    lambda s: (s.gradient,),
    draw_gradients,
)


class LossPanel(Panel):
    """The loss, and how it is looked at."""

    view = LossView()

    def toggle_scale(self) -> None:
        """Go over to the linear scale, or back to the log scale."""
        self._look_at(replace(self.view, scale="linear" if self.view.scale == "log" else "log"))

    def toggle_span(self) -> None:
        """Go over to the last steps, or back to the whole run."""
        self._look_at(replace(self.view, recent=not self.view.recent))

    def _look_at(self, view: LossView) -> None:
        self.view = view
        self.plot = replace(self.plot, draw=partial(draw_loss, view=view))
        self._draw(anew=True)


class GatesPanel(Panel):
    """The heat map of one gate, and which one that is."""

    selected = "f"
    net = 0
    """Which of the nets that train in lockstep."""

    def show(self, snapshot: Snapshot, after: float = 0.0) -> None:
        """Take in a snapshot of the net that is shown."""
        shown = snapshot.nets[self.net % len(snapshot.nets)]
        if snapshot.peers:
            self.plot = replace(self.plot, title=f"Gates of {shown.net}", short_title=shown.net)
        super().show(shown, after)

    def select_next_net(self, snapshot: Snapshot) -> str:
        """Show the gates of the next net; return what to say where there is none."""
        if not snapshot.peers:
            return "There is one net alone: c compares it with another."
        self.net = (self.net + 1) % len(snapshot.nets)
        self.show(snapshot)
        return ""

    def select_next(self) -> str:
        """Show the next gate; return what to say where there is none."""
        trace = self._snapshot.trace if self._snapshot else None
        if trace is None or not trace.gates:
            return "There are no gates to show yet."
        names = list(trace.gates)
        if len(names) == 1:
            return "A plain RNN has no gates: panel 3 shows its hidden state h."
        place = names.index(self.selected) + 1 if self.selected in names else 1
        self.selected = names[place % len(names)]
        self.plot = replace(self.plot, draw=partial(draw_gates, selected=self.selected))
        self._draw(anew=True)
        return ""
