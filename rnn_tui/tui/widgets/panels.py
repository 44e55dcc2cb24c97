"""The four panels of the main screen."""

from dataclasses import replace
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from rnn_tui.training.snapshot import GradientFlow, Snapshot
from rnn_tui.tui.plots.compare import draw_forecasts, draw_gradients, draw_losses
from rnn_tui.tui.plots.forecast import ForecastView, draw_forecast
from rnn_tui.tui.plots.gates import GatesView, Kind, draw_gates
from rnn_tui.tui.plots.gradient import draw_gradient
from rnn_tui.tui.plots.loss import LossView, draw_loss
from rnn_tui.tui.plots.units import shown_gate
from rnn_tui.tui.widgets.panel import Panel, Plot

Member = TypeVar("Member", bound=Enum)
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
    lambda s: (s.gradient, s.history and s.history.gradient_norm),
    draw_gradients,
)
PAST = 4
"""Earlier courses of the gradient that are drawn faintly behind the present one."""
PAST_FACTOR = 1.6
"""From one of them to the next, in steps."""


class LossPanel(Panel):
    """The loss, and how it is looked at."""

    view = LossView()

    def toggle_scale(self) -> None:
        """Go over to the linear scale, or back to the log scale."""
        self._look_at(replace(self.view, scale="linear" if self.view.scale == "log" else "log"))

    def toggle_span(self) -> None:
        """Go over to the last steps, or back to the whole run."""
        self._look_at(replace(self.view, recent=not self.view.recent))

    def toggle_smoothing(self) -> str:
        """Smooth the training loss, or show it as it is."""
        self._look_at(replace(self.view, smooth=not self.view.smooth))
        return ""

    def _look_at(self, view: LossView) -> None:
        self.view = view
        self.plot = replace(
            self.plot,
            draw=partial(draw_loss, view=view),
            compared=partial(draw_losses, view=view),
        )
        self._draw(anew=True)


class ForecastPanel(Panel):
    """The forecast, and how it is looked at."""

    view = ForecastView()

    def toggle_residuals(self) -> str:
        """Show the errors, or truth and forecast."""
        self._look_at(replace(self.view, residuals=not self.view.residuals))
        return ""

    def _look_at(self, view: ForecastView) -> None:
        self.view = view
        self.plot = replace(
            self.plot,
            draw=partial(draw_forecast, view=view),
            compared=partial(draw_forecasts, view=view),
        )
        self._draw(anew=True)


class GatesPanel(Panel):
    """One gate, and how it is looked at."""

    selected = "f"
    view = GatesView()
    net = 0
    """Which of the nets that train in lockstep."""

    def show(self, snapshot: Snapshot, after: float = 0.0) -> None:
        """Take in a snapshot of the net that is shown."""
        shown = snapshot.nets[self.net % len(snapshot.nets)]
        if snapshot.peers:
            self.plot = replace(self.plot, title=f"Gates of {shown.net}", short_title=shown.net)
        super().show(shown, after)

    def select_net(self, place: int, snapshot: Snapshot) -> None:
        """Show the gates of the net in that place, from 0."""
        self.net = place
        self.show(snapshot)

    def select_next(self) -> str:
        """Show the next gate; return what to say where there is none."""
        trace = self._snapshot.trace if self._snapshot else None
        if trace is None or not trace.gates:
            return "There are no gates to show yet."
        names = list(trace.gates)
        if len(names) == 1:
            return "A plain RNN has no gates: panel 3 shows its hidden state h."
        place = names.index(shown_gate(self.selected, trace)) + 1
        self.selected = names[place % len(names)]
        self._look_at(self.view)
        return ""

    def select_next_layer(self) -> str:
        """Show the next layer; return what to say."""
        trace = self._snapshot.trace if self._snapshot else None
        if trace is None or not trace.gates:
            return "There are no gates to show yet."
        if len(trace.layers) == 1:
            return "The net has one layer; --layers, and the form, stack more."
        view = replace(self.view, turns=self.view.turns + 1)
        self._look_at(view)
        return f"Gates of layer {view.layer_of(trace)} of {len(trace.layers)}."

    def shown(self, snapshot: Snapshot) -> Snapshot:
        """Return the net that is shown, with the activations of the layer that is."""
        net = snapshot.nets[self.net % len(snapshot.nets)]
        return replace(net, trace=self.view.trace_of(net.trace)) if net.trace else net

    def show_next_kind(self) -> str:
        """Go over from the map to the mean and band, to the histogram, and back."""
        self._look_at(replace(self.view, kind=_next(self.view.kind)))
        return ""

    def sort_next(self) -> str:
        """Sort the units of the map in another way; return which."""
        view = replace(self.view, kind=Kind.MAP, order=_next(self.view.order))
        self._look_at(view)
        return f"Units sorted by {view.order}."

    def _look_at(self, view: GatesView) -> None:
        self.view = view
        self.plot = replace(self.plot, draw=partial(draw_gates, selected=self.selected, view=view))
        self._draw(anew=True)


class GradientPanel(Panel):
    """The gradient now, and at some earlier steps."""

    def __init__(self, plot: Plot, **options: Any) -> None:
        super().__init__(plot, **options)
        self._past: list[tuple[int, GradientFlow]] = []

    def show(self, snapshot: Snapshot, after: float = 0.0) -> None:
        """Take in a snapshot; keep its gradient if the last one kept is long ago."""
        flow, step = snapshot.gradient, snapshot.step
        if self._past and step < self._past[-1][0]:
            self._past.clear()
        if flow is not None and (not self._past or step >= PAST_FACTOR * self._past[-1][0]):
            self._past = [*self._past[-PAST:], (step, flow)]
            past = tuple(old for _, old in self._past[:-1])
            self.plot = replace(self.plot, draw=partial(draw_gradient, past=past))
        super().show(snapshot, after)


def _next(member: Member) -> Member:
    """Return the member of an enumeration after this one; the first after the last."""
    members = list(type(member))
    return members[(members.index(member) + 1) % len(members)]
