"""One run after another in one app: where each begins, and what each leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnn_tui.config import RunConfig
from rnn_tui.training.comparison import Comparison
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import Match
from rnn_tui.tui.farewell import farewell


@dataclass(frozen=True, slots=True)
class Launched:
    """A run of this app."""

    session: Session
    save_to: Path | None
    output_to: Path | None


class Launcher:
    """Makes the sessions of an app.

    Parameters
    ----------
    load_from
        Model file to start from, as long as a run has the network that it holds.
    save_to, output_to
        Files that the first run leaves; later ones leave theirs beside them, numbered from 2 on.
    """

    def __init__(
        self,
        load_from: Path | None = None,
        save_to: Path | None = None,
        output_to: Path | None = None,
    ) -> None:
        self._load_from = load_from
        self._save_to = save_to
        self._output_to = output_to
        self.launched: list[Launched] = []

    def __call__(
        self, config: RunConfig, others: Sequence[RunConfig] = (), match: Match = "units"
    ) -> Session:
        """Return the session of another run, or of several in lockstep, not started."""
        save_to = self._own(self._save_to)
        output_to = self._own(self._output_to)
        if others:
            nets = (config, *others)
            session: Session = Comparison(nets, match, save_to=save_to, output_to=output_to)
        else:
            load_from = self._load_from if self._fits(config) else None
            session = Session(config, load_from=load_from, save_to=save_to, output_to=output_to)
        self.launched.append(Launched(session, save_to, output_to))
        return session

    def _own(self, path: Path | None) -> Path | None:
        """Return the path of a file for the next run: no earlier one is written over."""
        if path is None or not self.launched:
            return path
        number = len(self.launched) + 1
        while _is_taken(other := path.with_stem(f"{path.stem}-{number}")):
            number += 1
        return other

    def _fits(self, config: RunConfig) -> bool:
        if not self.launched:
            return True
        from rnn_tui.training.checkpoint import LEARNED  # noqa: PLC0415 - not for the first run

        first = self.launched[0].session.config
        return all(
            getattr(getattr(config, section), key) == getattr(getattr(first, section), key)
            for section, key in LEARNED
        )

    def farewell(self) -> str:
        """Return a line on every run that left a file, and on the last one."""
        last = self.launched[-1:]
        return "".join(
            farewell(run.session.snapshot)
            for run in self.launched
            if run in last or run.save_to is not None or run.output_to is not None
        )


def _is_taken(path: Path) -> bool:
    """Return whether a file has that name, or that name with the one of a net in it."""
    if path.exists():
        return True
    begun = f"{path.stem}-"
    found = path.parent.glob(f"*{path.suffix}") if path.parent.is_dir() else ()
    return any(other.name.startswith(begun) for other in found)
