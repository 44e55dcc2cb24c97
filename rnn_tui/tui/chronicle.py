"""What happens in a run, told from one snapshot to the next."""

from collections.abc import Callable, Iterator

import numpy as np

from rnn_tui.training.snapshot import Snapshot, State
from rnn_tui.tui.header import BEFORE_TRAINING
from rnn_tui.tui.journal import Journal, Kind
from rnn_tui.tui.plots.words import rate, significant

PAUSES = {Kind.BEST: 2.0, Kind.GRADIENT: 5.0}
"""Seconds from one entry of a kind to the next: a run may have a hundred new bests a second."""
LEAST_CHANGE = 1.1
"""Factor of the learning rate that is worth an entry: a schedule changes it at every step."""
Said = tuple[Kind, str]


class Chronicle:
    """Follows the snapshots of a run and notes what changed.

    Parameters
    ----------
    journal
        Takes the notes.
    clock
        Monotonic seconds.
    """

    def __init__(self, journal: Journal, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._clock = clock
        self._before: Snapshot | None = None
        self._last: dict[Kind, float] = {}
        self._forget()

    def _forget(self) -> None:
        """Begin with another run."""
        self._best_step: int | None = None
        self._clipped, self._clipped_step = 0, 0
        self._trouble = ""
        self._rate: float | None = None
        """The learning rate that was last told."""

    def follow(self, snapshot: Snapshot) -> None:
        """Note what is new in a snapshot."""
        before, self._before = self._before, snapshot
        if before is snapshot:
            return
        if before is not None and snapshot.step < before.step:
            before = None
            self._forget()
        for kind, text in self._news(before, snapshot):
            self._journal.note(kind, text)

    def _news(self, before: Snapshot | None, now: Snapshot) -> Iterator[Said]:
        if before is None or before.title != now.title:
            yield Kind.RUN, now.title
        if before is None or before.notes != now.notes:
            yield from ((Kind.RUN, f"note: {note}") for note in now.notes)
        if before is not None and before.state not in BEFORE_TRAINING:
            yield from self._changes(before, now)
        if self._may_say(Kind.BEST, now):
            yield from self._best(now)
        if self._may_say(Kind.GRADIENT, now):
            yield from self._gradient(now)
        if before is None or before.state is not now.state:
            yield Kind.RUN, _state(now)

    def _changes(self, before: Snapshot, now: Snapshot) -> Iterator[Said]:
        """Tell of what was changed on the way, and of epochs, ever more rarely."""
        at = f"after step {now.step:,}"
        if self._rate is None:
            self._rate = before.learning_rate
        told, new = self._rate, now.learning_rate
        if new != told and not told / LEAST_CHANGE < new < told * LEAST_CHANGE:
            self._rate = new
            yield Kind.RATE, f"learning rate {rate(told)} → {rate(new)} {at}"
        if now.clip != before.clip:
            yield Kind.RATE, f"clipping threshold {before.clip:g} → {now.clip:g} {at}"
        reached = milestone(now.epoch)
        if reached > before.epoch:
            yield Kind.RUN, f"epoch {reached:,} reached, step {now.step:,}"
        yield from _answers(before, now, at)

    def _may_say(self, kind: Kind, now: Snapshot) -> bool:
        """Return whether long enough ago, or for the last time."""
        return now.state.is_over or self._clock() - self._last.get(kind, -np.inf) >= PAUSES[kind]

    def _best(self, now: Snapshot) -> Iterator[Said]:
        loss = now.best_validation_loss
        if loss is not None and now.best_step != self._best_step:
            self._best_step, self._last[Kind.BEST] = now.best_step, self._clock()
            yield Kind.BEST, f"best validation loss {significant(loss)} at step {now.best_step:,}"

    def _gradient(self, now: Snapshot) -> Iterator[Said]:
        clipped, taken = now.clipped_steps - self._clipped, now.step - self._clipped_step
        if clipped > 0:
            self._last[Kind.GRADIENT] = self._clock()
            often = f"in {clipped:,} of the last {taken:,} steps, step {now.step:,}"
            yield Kind.GRADIENT, f"gradient clipped to norm {now.clip:g} {often}"
        self._clipped, self._clipped_step = now.clipped_steps, now.step
        trouble = _trouble(now)
        if trouble != self._trouble:
            self._trouble, self._last[Kind.GRADIENT] = trouble, self._clock()
            said = trouble or "every timestep gets a gradient again"
            yield Kind.GRADIENT, f"{said}, step {now.step:,}"


def conclude(journal: Journal, last: Snapshot) -> None:
    """Note how a run has ended, where no screen was there to see it."""
    if last.state is State.ENDED and all(e.text != _state(last) for e in journal.entries[-9:]):
        journal.note(Kind.RUN, _state(last))


def _answers(before: Snapshot, now: Snapshot, at: str) -> Iterator[Said]:
    """Tell what came of commands."""
    for name, old, chosen in (
        ("batch size", before.batch_size, now.batch_size),
        ("optimizer", before.optimizer, now.optimizer),
    ):
        if old and chosen != old:
            yield Kind.RATE, f"{name} {old} → {chosen} {at}"
    if now.saved is not None and now.saved is not before.saved:
        saved = now.saved
        names = ", ".join(map(str, saved.files or (saved.path,)))
        told_of = f"saved the weights of step {saved.step:,} as {names}"
        yield (Kind.WARNING, f"not saved: {saved.fault}") if saved.fault else (Kind.RUN, told_of)
    if now.left is not None and before.left is None:
        for note in now.left.notes:
            yield Kind.WARNING, note
    if now.reason and now.reason != before.reason:
        yield Kind.RUN, now.reason


def milestone(epoch: int) -> int:
    """Return the last of 1, 2, 5, 10, 20, 50, … up to `epoch`; 0 before the first."""
    if epoch < 1:
        return 0
    power = int(10 ** (len(str(epoch)) - 1))
    return max(power * part for part in (1, 2, 5) if power * part <= epoch)


def _state(now: Snapshot) -> str:
    match now.state:
        case State.LOADING:
            return "loading Numba and the series"
        case State.COMPILING:
            return "compiling the kernels"
        case State.TRAINING:
            took = now.compile_seconds
            ready = f" (the kernels took {took:.1f} s)" if took is not None and not now.step else ""
            return f"training from step {now.step:,}{ready}"
        case State.PAUSED:
            return f"paused after step {now.step:,}"
        case State.SCORING:
            return "scoring the best weights on the test part"
        case State.ENDED:
            return f"ended: {now.ended.reason if now.ended else now.message}"


def _trouble(now: Snapshot) -> str:
    """Return in words where no gradient arrives, or more than floats can hold."""
    if now.gradient is None:
        return ""
    norm = now.gradient.hidden
    if not np.isfinite(norm).all():
        return "gradient overflow"
    if (norm == 0).any():
        last = int(np.flatnonzero(norm == 0)[-1]) + 1
        return f"gradient underflow up to t = {last} of {len(norm)}"
    return ""
