"""The walk: one training step in slow motion, forwards and back through time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from rnn_tui.cells import Ink
from rnn_tui.gradients.walk import Walk
from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.keymap import EVERY, commands_on, relabel
from rnn_tui.tui.keys import Command, Hint, symbols_of
from rnn_tui.tui.plots.arrivals import draw_arrivals
from rnn_tui.tui.plots.forecast import index_of_row, time_at
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame, Picture, Word, say
from rnn_tui.tui.plots.tracks import draw_tracks
from rnn_tui.tui.plots.weights import draw_weights
from rnn_tui.tui.screens.help import HelpScreen, help_page
from rnn_tui.tui.screens.jump import JumpScreen, Target
from rnn_tui.tui.session import RunSession
from rnn_tui.tui.walk.explained import WALK_EXPLANATIONS
from rnn_tui.tui.walk.keys import WALK_COMMANDS, walk_hints
from rnn_tui.tui.walk.player import Phase, Player, Position
from rnn_tui.tui.walk.tale import Tale, tell
from rnn_tui.tui.widgets.caption import Caption
from rnn_tui.tui.widgets.drawn import Drawn
from rnn_tui.tui.widgets.hints import HintLine
from rnn_tui.tui.widgets.lines import WordLine
from rnn_tui.tui.widgets.panel import Panel, Plot

if TYPE_CHECKING:
    from textual.timer import Timer

LEAST_FOR_ALL = (72, 20)
LEAST_FOR_ONE = (24, 9)
WAITING = Tale("One moment:", "the kernels take the training step apart, in double precision.")
WAITING_LONG = "Compiling them for it takes seconds, but only the first time."
PATIENCE_SECONDS = 1.0
PHASES = {1: "forwards", 2: "backwards", 3: "sum"}
"""What the labels of phases that have no panel on the screen stand for."""


ONE_LAYER = Tale("One layer:", "the net has no other one; --layers, and the form, stack more.")


@dataclass(frozen=True, slots=True)
class WalkView:
    """What is walked through."""

    net: int = 0
    """Which of the nets that train in lockstep."""
    turns: int = 0
    """How often the layer has been changed: from the last one to the first, and up again."""

    def layer_of(self, walk: Walk) -> Walk:
        """Return the walk through the layer that is shown."""
        return walk.layers[(self.turns - 1) % walk.layer_count]


class StagePanel(Panel):
    """A panel that shows what it is told to."""

    def stage(self, snapshot: Snapshot, title: str, draw: Callable[[Frame], Picture]) -> None:
        """Show the picture of `draw` under a title."""
        self._snapshot = snapshot
        key = object()
        self.plot = replace(
            self.plot,
            title=title,
            draw=lambda _, frame: draw(frame),
            sources=lambda _: (key,),
        )
        if self.display:
            self._draw()


def _stage(number: int, title: str) -> StagePanel:
    plot = Plot(number, title, title, lambda _, frame: Picture(say(frame, "")), lambda _: ())
    return StagePanel(plot, id=f"walk-{number}")


def _layer_word(walk: Walk) -> Word:
    text = f"layer {walk.layer}"
    return Word(f"{text} of {walk.layer_count}", Ink.SECOND, text)


class WalkScreen(Screen[None]):
    """Plays the walk that the session takes for it.

    Parameters
    ----------
    session
        The run, which has been asked for a walk.
    fps
        Frames a second.
    clock
        Monotonic seconds: the walk plays by it.
    look
        Palette and glyphs.
    view
        Which net and which layer.
    commands
        Those of all screens, with the keys that the user wants.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in WALK_COMMANDS]
    DEFAULT_CSS = """
    WalkScreen { layout: vertical; background: $background; }
    WalkScreen WordLine, WalkScreen HintLine { height: 1; }
    WalkScreen Caption { height: 3; }
    WalkScreen #walk-1 { height: 11fr; }
    WalkScreen #walk-2 { width: 1fr; }
    WalkScreen #walk-back { height: 9fr; }
    WalkScreen.-small #walk-3, WalkScreen.-forwards #walk-back { display: none; }
    WalkScreen.-backwards #walk-1 { display: none; }
    WalkScreen.-tiny #walk-1, WalkScreen.-tiny #walk-back { display: none; }
    WalkScreen.-tiny Caption { height: 1fr; }
    """

    def __init__(
        self,
        session: RunSession,
        fps: int,
        clock: Callable[[], float],
        look: Look,
        view: WalkView | None = None,
        commands: Sequence[Command] = EVERY,
    ) -> None:
        super().__init__()
        self._session, self._fps, self._clock, self._look = session, fps, clock, look
        self._began = clock()
        self._commands = commands_on("walk", commands)
        self._keys = symbols_of(self._commands)
        self._player: Player | None = None
        self._ticker: Timer | None = None
        """Polls; None before the first frame."""
        self._view = view or WalkView()
        self._snapshot = session.snapshot.nets[self._view.net]
        self._header, self._hints = WordLine(), HintLine()
        self._caption = Caption()
        self._forward = _stage(1, "Forward")
        self._backward = _stage(2, "Backward")
        self._weights = _stage(3, "dW_hh")
        self._back = Horizontal(self._backward, self._weights, id="walk-back")

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield from (self._header, self._forward, self._back, self._caption, self._hints)

    def on_mount(self) -> None:
        """Play by the clock."""
        self.set_look(self._look)
        self.poll()
        self._ticker = self.set_interval(1 / self._fps, self.poll)
        self._rest_or_wake()

    def _rest_or_wake(self) -> None:
        """Look at the clock at every frame while the walk plays, or one waits for it."""
        if self._ticker is None:
            return
        if self._player is None or self._player.plays:
            self._ticker.resume()
        else:
            self._ticker.pause()

    def set_look(self, look: Look) -> None:
        """Draw everything in another look."""
        self._look = look
        for widget in self.query(Drawn):
            widget.look = look

    def on_resize(self, event: events.Resize) -> None:
        """Arrange the parts for the new size."""
        width, height = event.size
        small = width < LEAST_FOR_ALL[0] or height < LEAST_FOR_ALL[1]
        self.set_class(width < LEAST_FOR_ONE[0] or height < LEAST_FOR_ONE[1], "-tiny")
        self.set_class(small, "-small")
        self._weights.styles.width = self._aside
        self.call_after_refresh(self._show)

    @property
    def _aside(self) -> int:
        """Columns of the weight gradient, and of the values above it."""
        return 0 if self.has_class("-small") else max(22, self.size.width // 3 - 2)

    def poll(self) -> None:
        """Take in the walk once it is there, and move on as the clock says."""
        if self._player is None:
            snapshot = self._session.snapshot.nets[self._view.net]
            if snapshot.walk is not None:
                self._snapshot = snapshot
                self._go(Player(snapshot.walk.T))
            elif self._session.error is not None:
                self.dismiss()
            else:
                self._wait()
            return
        moved = self._player.seen_at(self._clock())
        if moved is not self._player:
            self._go(moved)

    def _wait(self) -> None:
        waited = self._clock() - self._began
        more = f" {WAITING_LONG} {waited:.0f} s." if waited >= PATIENCE_SECONDS else ""
        self._caption.tale = replace(WAITING, text=WAITING.text + more)
        self._header.words = (Word(f"BPTT walk · {self._snapshot.title}", Ink.NONE, "BPTT walk"),)
        self._hints.hints = self._offered(plays=False)[-1:]

    def _go(self, player: Player) -> None:
        self._player = player
        self._rest_or_wake()
        self._show()

    def _show(self) -> None:
        snapshot, player = self._snapshot, self._player
        if player is None or snapshot.walk is None:
            return
        walk, position = self._view.layer_of(snapshot.walk), player.position
        self._show_words(walk, player, position)
        backwards = position.phase in {Phase.BACKWARD, Phase.SUM}
        small = self.has_class("-small")
        self.set_class(small and not backwards, "-forwards")
        self.set_class(small and backwards, "-backwards")
        of = f" of layer {walk.layer}" if walk.layer_count > 1 else ""
        forward = partial(draw_tracks, walk, position, aside=self._aside)
        self._forward.stage(snapshot, f"Forward pass{of}" if of else "Forward", forward)
        backward = partial(draw_arrivals, walk, position)
        self._backward.stage(snapshot, f"Backward pass{of}" if of else "Backward", backward)
        self._weights.stage(snapshot, f"dW_hh{of}", partial(draw_weights, walk, position))
        self._caption.tale = tell(
            walk,
            position,
            clip=snapshot.clip,
            learning_rate=snapshot.learning_rate,
            leave=self._keys["walk-leave"],
        )

    def _show_words(self, walk: Walk, player: Player, position: Position) -> None:
        symbol = ("▶" if player.direction > 0 else "◀") if player.plays else "‖"
        self._header.words = (
            Word(f"BPTT walk · {self._snapshot.title}", Ink.NONE, "BPTT walk"),
            Word(f"{symbol} {position.phase}", Ink.MARK if not player.plays else Ink.FIRST),
            *((_layer_word(walk),) if walk.layer_count > 1 else ()),
        )
        forecast = self._snapshot.forecast
        row = walk.start + position.t - 1
        index = None if forecast is None else index_of_row(forecast, row)
        time = () if index is None or forecast is None else (forecast, index)
        self._header.right = (
            Word(f"t {position.t} of {position.T}", Ink.NONE),
            *((Word(f"{time[0].time_name} {time_at(*time)}".strip(), short=""),) if time else ()),
            Word(f"{player.speed:g} a second", short=f"{player.speed:g}/s"),
            Word("backwards in time", Ink.MARK, "") if player.direction < 0 else Word("", short=""),
        )
        self._hints.hints = self._offered(plays=player.plays, stacked=walk.layer_count > 1)

    def _offered(self, *, plays: bool, stacked: bool = False) -> tuple[Hint, ...]:
        return relabel(walk_hints(plays=plays, stacked=stacked), self._commands)

    def on_panel_pointed(self, message: Panel.Pointed) -> None:
        """Go to the timestep that was clicked, in the pass under way."""
        if self._player is not None:
            there = self._player.position.at(message.timestep)
            self._go(self._player.jumped(there.place))

    def action_play(self) -> None:
        """Play, or hold."""
        if self._player is not None:
            self._go(self._player.toggled(self._clock()))

    def action_move(self, count: int) -> None:
        """Go on, or back."""
        if self._player is not None:
            self._go(self._player.stepped(count))

    def action_phase(self, number: int) -> None:
        """Jump to the beginning of a phase."""
        if self._player is not None:
            self._go(self._player.at_phase(number))

    def action_pace(self, change: int) -> None:
        """Play faster or slower."""
        if self._player is not None:
            self._go(self._player.paced(change, self._clock()))

    def action_turn(self) -> None:
        """Play the other way round."""
        if self._player is not None:
            self._go(self._player.turned(self._clock()))

    def action_layer(self) -> None:
        """Walk through the next layer: from the last one to the first, and up again."""
        if self._player is None or self._snapshot.walk is None:
            return
        if self._snapshot.walk.layer_count == 1:
            self._caption.tale = ONE_LAYER
            return
        self._view = replace(self._view, turns=self._view.turns + 1)
        self._show()

    def action_jump(self) -> None:
        """Offer the phases and the panels that show them."""
        stages = dict(enumerate((self._forward, self._backward, self._weights), start=1))
        targets = [
            Target(str(number), panel.region.x + 2, panel.region.y)
            for number, panel in stages.items()
            if panel.region
        ]
        hidden = [number for number, panel in stages.items() if not panel.region]
        targets += [
            Target(str(number), target.x - 1, target.y + row, PHASES[number])
            for target in targets[:1]
            for row, number in enumerate(hidden, start=1)
        ]

        def go(key: str | None) -> None:
            if key is None:
                return
            panel = stages[int(key)]
            if panel.region:
                panel.focus()
            else:
                self.action_phase(int(key))

        if self._player is not None and targets:
            self.app.push_screen(JumpScreen(targets, self._look), go)

    def action_help(self) -> None:
        """Explain the walk."""
        page = help_page(self._look, None, self._commands, WALK_EXPLANATIONS)
        self.app.push_screen(HelpScreen(self._look, page))

    def action_leave(self) -> None:
        """Go back to the run."""
        self.dismiss()
