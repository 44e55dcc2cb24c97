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
    """While entered, turns signals into a request to stop.

    A signal that was ignored when the process began stays ignored (`nohup`, a shell's `&`).
    """

    def __init__(self, stop: Callable[[Status], None]) -> None:
        self.training = False
        """Whether there is a run to end cleanly; until then a signal ends the process."""
        self.received: int | None = None
        """Number of the first signal."""
        self._stop = stop
        self._before: dict[int, signal.Handlers | Callable[..., object] | int | None] = {}

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
        at_once = self.received is not None or not self.training
        self.received = self.received or number
        if at_once:
            raise InterruptedRunError(self.received)
        self._stop(Status.INTERRUPTED)
