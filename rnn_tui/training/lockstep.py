"""Several nets that train step for step on the same batches, for comparing them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_tui.config import RunConfig
from rnn_tui.data.prepared import load_series
from rnn_tui.data.series import Series
from rnn_tui.data.split import Split
from rnn_tui.forecasting.table import labelled
from rnn_tui.training.commands import Adjust
from rnn_tui.training.events import RunEnded, Status, StepsDone
from rnn_tui.training.run import Run
from rnn_tui.training.snapshot import Match, Snapshot, name_of
from rnn_tui.training.trainer import Burst

LARGEST_HIDDEN = 4096


class Lockstep(Run):
    """Several runs that take every step together; it ends with the first one that diverges.

    As a run it is the first of them, and what is asked of it is asked of all. The order of the
    batches depends on the seed and the series alone, so that all nets read the same ones.

    Parameters
    ----------
    configs
        Of at least two runs, which differ in the section model alone.
    match
        "units": hidden sizes stay as they are; "parameters": those of the others become such that
        each has about as many parameters as the first.
    series, split
        As those of `Run`.

    Raises
    ------
    DataError, UsageError
        The series or the memory is not fit for the runs.
    """

    def __init__(
        self,
        configs: Sequence[RunConfig],
        match: Match,
        series: Series | None = None,
        split: Split | None = None,
    ) -> None:
        series = load_series(configs[0].data) if series is None else series
        super().__init__(configs[0], None, series, split)
        self._match: Match = match
        self.others = tuple(
            Run(self._matched(config), None, series, split) for config in configs[1:]
        )
        self._bursts: tuple[Burst, ...] = ()
        self._others_ended: tuple[RunEnded | None, ...] = (None,) * len(self.others)

    def _matched(self, config: RunConfig) -> RunConfig:
        if self._match == "units":
            return config
        network = self.trainer.model.network

        def count(hidden: int) -> int:
            return replace(network, cell=config.model.cell, hidden_size=hidden).parameter_count

        hidden = nearest_size(count, self.parameter_count)
        model = config.model.model_copy(update={"hidden_size": hidden})
        return config.model_copy(update={"model": model})

    def compile(self) -> None:
        """Compile the kernels of all nets."""
        super().compile()
        for run in self.others:
            run.compile()

    def scale_learning_rate(self, factor: float) -> None:
        """Multiply the learning rate of all nets."""
        super().scale_learning_rate(factor)
        for run in self.others:
            run.scale_learning_rate(factor)

    def adjust(self, change: Adjust) -> None:
        """Change how all nets train; arguments and errors as of `Run`."""
        before = self.trainer.batch_size
        try:
            super().adjust(change)
            for run in self.others:
                run.adjust(change)
        except MemoryError:
            for run in self.nets:
                run.adjust(Adjust(batch_size=before))
            raise

    def forgive(self) -> None:
        """Go on with all nets after a fault."""
        super().forgive()
        for run in self.others:
            run.forgive()

    def burst(self, count: int, *, final: bool) -> Burst:
        """Train all nets on the next batches, as many steps each."""
        burst = super().burst(count, final=final)
        taken = len(burst.loss)
        final = final and taken == count
        self._bursts = tuple(run.burst(taken, final=final) for run in self.others)
        faults = (
            f"{name_of(run.title)}: {run.fault}" for run in self.nets if run.fault is not None
        )
        self.fault = next(faults, None)
        return burst

    def record(self, burst: Burst, rate: float, seconds: float) -> StepsDone:
        """Take the bursts into the histories; return the event of the first net."""
        for run, own in zip(self.others, self._bursts, strict=True):
            run.record(own, rate, seconds)
        return super().record(burst, rate, seconds)

    @property
    def nets(self) -> tuple[Run, ...]:
        """All of them, the first one first."""
        return (self, *self.others)

    def forecasts(self) -> dict[str, NDArray[Any]]:
        """Return the forecasts of all nets, one below the other, with cell and seed before them."""
        found = [super().forecasts(), *(run.forecasts() for run in self.others)]
        tables = [
            labelled(own, {"cell": run.config.model.cell, "seed": run.config.training.seed})
            for own, run in zip(found, self.nets, strict=True)
        ]
        return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}

    @property
    def enough(self) -> str | None:
        """Why all of them should end; None as long as one should not."""
        reasons = [super().enough, *(run.enough for run in self.others)]
        return reasons[0] if all(reasons) else None

    def evaluate_last(self) -> None:
        """Let the last weights of each net compete with its best ones."""
        super().evaluate_last()
        for run in self.others:
            run.evaluate_last()

    def end(self, status: Status, reason: str, *, on_screen: bool = False) -> RunEnded:
        """Score every net; return what the first one comes to."""
        self._others_ended = tuple(
            run.end(status, reason, on_screen=on_screen) for run in self.others
        )
        return super().end(status, reason, on_screen=on_screen)

    def with_walk(self, snapshot: Snapshot, net: int) -> Snapshot:
        """Return a snapshot with a walk through one net, 0 being the first."""
        if net == 0:
            return super().with_walk(snapshot, 0)
        peers = list(snapshot.peers)
        peers[net - 1] = self.others[net - 1].with_walk(peers[net - 1], 0)
        return replace(snapshot, peers=tuple(peers))

    def snapshot(self, before: Snapshot, **how: Any) -> Snapshot:
        """Return the first net as it stands, and the others beside it. Arguments as of `Run`."""
        for run in self.others:
            run.asked = self.asked
        first = super().snapshot(before, **how)
        peers = before.peers or tuple(Snapshot(before.state, run.title) for run in self.others)
        how.pop("ended", None)
        shown = tuple(
            run.snapshot(peer, **how, ended=ended)
            for run, peer, ended in zip(self.others, peers, self._others_ended, strict=True)
        )
        return replace(first, peers=shown, match=self._match)


def nearest_size(count: Callable[[int], int], target: int) -> int:
    """Return the hidden size, 1 … 4096, with the number of parameters nearest to `target`.

    Parameters
    ----------
    count
        Parameters of a net with so many hidden units; grows with them.
    """
    low, high = 1, LARGEST_HIDDEN
    while low < high:
        middle = (low + high) // 2
        if count(middle) < target:
            low = middle + 1
        else:
            high = middle
    return min((max(low - 1, 1), low), key=lambda size: abs(count(size) - target))
