"""What the app needs of a session: the latest snapshot, and commands."""

from collections.abc import Callable
from typing import Protocol

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Snapshot


class RunSession(Protocol):
    """A run in a thread of its own; see `rnn_tui.training.session.Session`."""

    @property
    def snapshot(self) -> Snapshot:
        """The latest picture of the run."""

    @property
    def held(self) -> bool:
        """Whether the run is to hold: what was last asked for, obeyed already or not yet."""

    @property
    def error(self) -> Exception | None:
        """What ended the run before its time."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed`, in any thread, where a snapshot answers a command or has a new state."""

    def start(self) -> None:
        """Run in a thread."""

    def pause(self) -> None:
        """Hold the run after the current burst."""

    def resume(self) -> None:
        """Go on."""

    def step(self, count: int = 1) -> None:
        """Take `count` optimisation steps and pause."""

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate."""

    def take_walk(self, net: int = 0) -> None:
        """Hold the run and take one backpropagation of a net apart, into its `snapshot.walk`."""

    def stop(self, status: Status = Status.STOPPED) -> None:
        """End the run after the current burst."""

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; return whether it has ended."""
