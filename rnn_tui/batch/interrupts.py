"""Ctrl+C, `kill` and a closed terminal: the run ends cleanly, or at once when asked twice."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

from rnn_tui.training.events import Status

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class InterruptedRunError(KeyboardInterrupt):
    """Raised where there is nothing to end cleanly: before training, or at a second signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


class Interrupts:
    """While entered, turns signals into a request to stop the run that is under way.

    A signal that was ignored when the process began stays ignored (`nohup`, a shell's `&`).
    """

    def __init__(self) -> None:
        self.received: int | None = None
        """Number of the first signal."""
        self._stop: Callable[[Status], None] | None = _note_only
        self._before: dict[int, signal.Handlers | Callable[..., object] | int | None] = {}

    def stop_with(self, stop: Callable[[Status], None]) -> None:
        """From now on, ask `stop` to end a run cleanly at the first signal."""
        self._stop = stop

    def raise_at_once(self) -> None:
        """From now on there is nothing to end cleanly."""
        self._stop = None

    def note(self) -> None:
        """From now on, keep the first signal in `received` and go on: no run is under way."""
        self._stop = _note_only

    @property
    def is_clean(self) -> bool:
        """Whether the first signal ends nothing at once."""
        return self._stop is not None

    @property
    def exit_code(self) -> int:
        """What a shell reports of a process that the signal ended: 128 + its number."""
        return 128 + (self.received or signal.SIGINT)

    def __enter__(self) -> Self:
        for number in SIGNALS:
            before = signal.getsignal(number)
            if before is not signal.SIG_IGN:
                self._before[number] = before
                signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        is_second = self.received is not None
        self.received = self.received or number
        if is_second or self._stop is None:
            raise InterruptedRunError(self.received)
        self._stop(Status.INTERRUPTED)


def _note_only(status: Status) -> None:
    """Stand in for a run."""
