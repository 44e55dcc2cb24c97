"""What several nets that train in lockstep have in common, and which one leads, in words."""

from collections.abc import Iterator, Sequence

import numpy as np

from rnn_tui.cells import Ink
from rnn_tui.config import Cell, RunConfig
from rnn_tui.gradients.flow import memory_horizon
from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.plots.picture import Word
from rnn_tui.tui.plots.words import percent, shortened, significant

Said = tuple[str, Ink]
LONGEST_NAME = 16
"""Characters of a column's name in a sentence."""
ALIKE = 0.02
"""Share of a loss within which two of them count as equal."""


def rival(config: RunConfig) -> RunConfig:
    """Return the run that one run is best compared with: a plain RNN, of that one an LSTM."""
    return _with_cell(config, "lstm" if config.model.cell.startswith("rnn") else "rnn")


def beside(config: RunConfig, others: Sequence[RunConfig]) -> tuple[RunConfig, ...]:
    """Return runs like `config` with the cells of `others`, but for its own cell."""
    cells = dict.fromkeys(other.model.cell for other in others)
    return tuple(_with_cell(config, cell) for cell in cells if cell != config.model.cell)


def _with_cell(config: RunConfig, cell: Cell) -> RunConfig:
    model = config.model.model_copy(update={"cell": cell})
    return config.model_copy(update={"model": model})


def column_shown(snapshot: Snapshot) -> str:
    """Return the name of the column that is shown; nothing where there is one alone."""
    forecast = snapshot.forecast
    if forecast is None or not forecast.is_one_of_several:
        return ""
    return shortened(forecast.name, LONGEST_NAME)


def of_column(snapshot: Snapshot) -> str:
    """Return " of" with the name of the column that is shown; nothing where there is one alone."""
    name = column_shown(snapshot)
    return f" of {name}" if name else ""


def match_words(snapshot: Snapshot) -> tuple[Word, ...]:
    """Return for the header what is equal among the nets; nothing where there is one."""
    if snapshot.match is None:
        return ()
    return (Word(f"equal {snapshot.match}", Ink.SECOND),)


def compare(snapshot: Snapshot) -> Iterator[Said]:
    """Yield who leads, what is equal, and how far back each one learns; nothing of one net."""
    if snapshot.match is None:
        return
    yield from _lead(snapshot)
    yield f"{_equal(snapshot)}; same seed, same batches, step for step.", Ink.LABEL
    yield from _reach(snapshot)


def conclude(snapshot: Snapshot) -> Iterator[Said]:
    """Yield how the nets score on the test part, the best first, and which weights are kept."""
    ends = {net.net: net.ended for net in snapshot.nets if net.ended is not None}
    finals = {net.net: net.final_scores for net in snapshot.nets}
    scores = {name: found["model"].rmse for name, found in finals.items() if "model" in found}
    if len(scores) == len(snapshot.nets):
        ranked = sorted(scores.items(), key=lambda item: item[1])
        said = ", ".join(f"{name} {significant(rmse)}" for name, rmse in ranked)
        yield f"On the test part, RMSE{of_column(snapshot)}: {said}.", Ink.FIRST
    steps = [f"{end.best_step:,}" for end in ends.values() if end.best_step is not None]
    if len(steps) == len(snapshot.nets):
        yield f"The best weights of each are kept, of steps {', '.join(steps)}.", Ink.NONE


def _lead(snapshot: Snapshot) -> Iterator[Said]:
    losses = {
        net.net: net.best_validation_loss
        for net in snapshot.nets
        if net.best_validation_loss is not None
    }
    if len(losses) < len(snapshot.nets):
        return
    (first, lowest), (second, next_one), *_ = sorted(losses.items(), key=lambda item: item[1])
    if next_one - lowest <= ALIKE * next_one:
        text = f"{first} and {second} are level: best validation loss {significant(lowest)}."
    else:
        lead = percent(1 - lowest / next_one)
        text = f"{first} leads: its best validation loss, {significant(lowest)}, is {lead} lower."
    yield text, Ink.NONE


def _equal(snapshot: Snapshot) -> str:
    sizes = [
        f"{net.net} has {net.parameters:,}" for net in snapshot.nets if net.parameters is not None
    ]
    what = "units" if snapshot.match == "units" else "numbers of parameters"
    if not sizes:
        return f"Equal {what}"
    return f"Equal {what} ({', '.join(sizes)}{' parameters' if snapshot.match == 'units' else ''})"


def _reach(snapshot: Snapshot) -> Iterator[Said]:
    flows = [net.gradient.hidden for net in snapshot.nets if net.gradient is not None]
    if len(flows) < len(snapshot.nets) or not all(np.isfinite(flow).all() for flow in flows):
        return
    reaches = ", ".join(
        f"{net.net} {memory_horizon(flow)}" for net, flow in zip(snapshot.nets, flows, strict=True)
    )
    yield f"Of {len(flows[0])} timesteps, gradient reaches back: {reaches}.", Ink.LABEL
