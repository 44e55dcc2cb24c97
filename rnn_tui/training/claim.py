"""A path that a run means to write, and what is done where others write to it too."""

from pathlib import Path

from rnn_tui.training.files import NOTHING, Stamp, stamp_of


class Claim:
    """Remembers what a file is like, so that nothing is written over that came there meanwhile.

    Parameters
    ----------
    path
        Where to write. What is there now may be written over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        """Where it was written last, or is to be."""
        self._seen: Stamp = stamp_of(path)
        self._notes: list[str] = []

    @property
    def is_held(self) -> bool:
        """Whether the file is as it was when it was last looked at."""
        return stamp_of(self.path) == self._seen

    @property
    def is_taken(self) -> bool:
        """Whether another program has written there since."""
        return stamp_of(self.path) not in {self._seen, NOTHING}

    def place(self) -> Path:
        """Return where to write: the path, or a free one beside what another program left there."""
        if self.is_taken:
            other = beside(self.path)
            self.note(
                f"{self.path} was written by another program meanwhile and stays as it is: this "
                f"run's is {other}."
            )
            self.path, self._seen = other, NOTHING
        return self.path

    def written(self) -> None:
        """Take the file as it is now for the run's own."""
        self._seen = stamp_of(self.path)

    def note(self, sentence: str) -> None:
        """Keep a sentence on what befell the file."""
        self._notes.append(sentence)

    def take_notes(self) -> tuple[str, ...]:
        """Return what landed elsewhere than it was to, and why, since this was last asked."""
        notes, self._notes = tuple(self._notes), []
        return notes


def beside(path: Path) -> Path:
    """Return the first path that is free among those numbered from 2 on."""
    number = 2
    while (other := path.with_stem(f"{path.stem}-{number}")).exists():
        number += 1
    return other
