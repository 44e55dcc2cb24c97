"""A session of several nets that train in lockstep."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rnn_tui.config import RunConfig
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import Match

if TYPE_CHECKING:
    from rnn_tui.data.series import Series
    from rnn_tui.training.run import Run


class Comparison(Session):
    """Runs that a thread gives the same number of steps in every burst.

    Commands go to all of them; its events are those of the first one, and its snapshots have the
    others as `peers`.

    Parameters
    ----------
    configs
        Of at least two runs, which differ in the section model alone.
    match
        Whether hidden sizes stay as they are, or numbers of parameters are made equal.
    options
        As of `Session`.
    """

    def __init__(
        self, configs: Sequence[RunConfig], match: Match = "units", **options: Any
    ) -> None:
        super().__init__(configs[0], **options)
        self._others = tuple(configs[1:])
        self._match: Match = match

    @property
    def others(self) -> tuple[RunConfig, ...]:
        """What the nets beside the first one began with."""
        return self._others

    @property
    def match(self) -> Match:
        """What the nets have in common."""
        return self._match

    def _begin(self, series: "Series | None") -> "Run":
        from rnn_tui.training.lockstep import Lockstep  # noqa: PLC0415 - imports NumPy and Numba

        return Lockstep((self.config, *self.others), self.match, series, self._split)
