"""What the header says: the run, its state, and its numbers."""

from collections.abc import Iterator

from rnn_tui.axes import format_count
from rnn_tui.cells import Ink
from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import Snapshot, State
from rnn_tui.tui.comparing import match_words
from rnn_tui.tui.pace import limit_words
from rnn_tui.tui.plots.picture import Word
from rnn_tui.tui.plots.words import duration, rate, significant

Words = tuple[Word, ...]
BEFORE_TRAINING = frozenset({State.LOADING, State.COMPILING})


def header_words(snapshot: Snapshot, waited: float, *, held: bool) -> Words:
    """Return title and state, which keep their place."""
    name, _, _series = snapshot.heading.partition(" · ")
    state = state_word(snapshot, waited, held=held)
    return Word(snapshot.heading, Ink.NONE, name), state, *match_words(snapshot)


def number_words(snapshot: Snapshot) -> Words:
    """Return step, epoch, speed, learning rate, loss and time, the most telling first."""
    if snapshot.state in BEFORE_TRAINING:
        return ()
    words = [
        Word(f"step {snapshot.step:,}", Ink.NONE),
        Word(f"epoch {snapshot.epoch:,}", short=""),
        *_speed(snapshot),
        *((Word(f"until {snapshot.goal}", Ink.MARK),) if snapshot.goal else ()),
        Word(f"lr {rate(snapshot.learning_rate)}"),
    ]
    if snapshot.loss is not None and not snapshot.peers:
        words.append(Word(f"loss {significant(snapshot.loss)}", short=""))
    words.append(Word(duration(snapshot.seconds), short=""))
    return tuple(words)


def _speed(snapshot: Snapshot) -> Words:
    """Return the speed now, or of the whole run once it has ended; none while it holds."""
    speed = snapshot.steps_per_second
    if snapshot.state.is_over:
        speed = snapshot.step / snapshot.seconds if snapshot.seconds > 0 else 0.0
    if snapshot.state is State.PAUSED or not speed:
        return ()
    shown = f"{speed:,.0f}" if speed >= 10 else f"{speed:.2g}"
    if snapshot.speed_limit is not None and snapshot.state is State.TRAINING:
        limit = limit_words(snapshot.speed_limit)
        return (Word(f"{shown} steps/s, limit {limit}", Ink.MARK, f"limit {limit}"),)
    return (Word(f"{shown} steps/s", short=f"{format_count(float(f'{speed:.2g}'))}/s"),)


def state_word(snapshot: Snapshot, waited: float, *, held: bool) -> Word:
    """Return the state with a symbol, and with its seconds where one waits for it."""
    then = ", then paused" if held else ""
    match snapshot.state:
        case State.LOADING:
            text = f"○ loading {waited:.1f} s"
            return Word(text + then, Ink.SECOND, text)
        case State.COMPILING:
            text = f"◌ compiling {waited:.1f} s"
            return Word(text + then, Ink.SECOND, text)
        case State.TRAINING:
            return Word("‖ pausing", Ink.MARK) if held else Word("● training", Ink.FIRST)
        case State.PAUSED:
            return Word("‖ paused", Ink.MARK) if held else Word("● resuming", Ink.FIRST)
        case State.SCORING:
            ended = _end_word(snapshot)
            return Word(f"{ended.text}, scoring…", ended.ink, ended.text)
        case State.ENDED:
            return _end_word(snapshot)


def _end_word(snapshot: Snapshot) -> Word:
    status = snapshot.ended.status if snapshot.ended else Status.STOPPED
    symbol, ink = {
        Status.COMPLETED: ("✓", Ink.FIRST),
        Status.DIVERGED: ("✗", Ink.WARNING),
        Status.FAILED: ("✗", Ink.WARNING),
    }.get(status, ("■", Ink.MARK))
    return Word(f"{symbol} {status}", ink)


def compact_words(snapshot: Snapshot, waited: float, *, held: bool) -> Words:
    """Return the most telling numbers, one a line, for a screen too small for plots."""
    words = list(_compared(snapshot)) if snapshot.peers else []
    if snapshot.loss is not None and not snapshot.peers:
        loss = significant(snapshot.loss)
        words.append(Word(f"loss {loss}", Ink.FIRST, loss))
    if snapshot.validation_loss is not None and not snapshot.peers:
        loss = significant(snapshot.validation_loss)
        words.append(Word(f"val  {loss}", Ink.SECOND, loss))
    words.append(state_word(snapshot, waited, held=held))
    if snapshot.state not in BEFORE_TRAINING:
        words.append(Word(f"step {snapshot.step:,}", short=f"{snapshot.step:,}"))
    return tuple(words)


def _compared(snapshot: Snapshot) -> Iterator[Word]:
    """Yield the best validation loss of every net."""
    for net in snapshot.nets:
        if net.best_validation_loss is not None:
            best = significant(net.best_validation_loss)
            yield Word(f"{net.net} {best}", Ink.FIRST, best)
