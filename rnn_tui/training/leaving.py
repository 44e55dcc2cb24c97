"""The files that a run leaves at its end, and what is done where others write to them too."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_tui.errors import SaveError
from rnn_tui.training.claim import Claim
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.files import check_output, check_writable, files_of_nets, write_table
from rnn_tui.training.snapshot import Left, name_of

if TYPE_CHECKING:
    from rnn_tui.training.following import Following
    from rnn_tui.training.run import Run


class Leaving:
    """Model files and a table of forecasts.

    A file that another program has written since the run began is not written over: what the run
    leaves lands beside it, under a name of its own, and that is said.

    Parameters
    ----------
    save_to
        Where the model is to be; of several nets each file has cell and size in its name.
    output_to
        Where the table of forecasts is to be.
    """

    def __init__(self, save_to: Path | None, output_to: Path | None) -> None:
        self.save_to = save_to
        self.output_to = output_to
        self.left = Left()
        """What has been written so far."""
        self._claims: dict[Path, Claim] = {}

    @property
    def is_anything(self) -> bool:
        """Whether a file is to be left."""
        return self.save_to is not None or self.output_to is not None

    def check(self) -> None:
        """Raise a UsageError or OutputFileError where a file could never be written."""
        if self.save_to is not None:
            check_writable(self.save_to)
        if self.output_to is not None:
            check_output(self.output_to)

    def look(self, run: "Run") -> None:
        """Note what the files are like before the run trains.

        Raises
        ------
        OutputFileError
            The model file of one of several nets could never be written.
        """
        files = model_files(run, self.save_to) if self.save_to is not None else ()
        for file in files:
            check_writable(file)
        if self.output_to is not None:
            files = (*files, self.output_to)
        self._claims = {file: Claim(file) for file in files}

    def save(self, run: "Run") -> None:
        """Write the best weights of every net, where that was asked for.

        Raises
        ------
        SaveError
            A file cannot be written.
        """
        if self.save_to is None:
            return
        places = self._places(model_files(run, self.save_to))
        save_models(run, places)
        self.left = replace(self.left, models=places)

    def write_forecast(self, run: "Run", ended: RunEnded) -> RunEnded:
        """Write the forecast of the weights that were scored; a failure is the run's."""
        if self.output_to is None:
            return ended
        claim = self._claim(self.output_to)
        try:
            if run.following is not None:  # it has grown there all the time
                run.following.finish_table()
            else:
                write_table(claim.place(), run.forecasts())
        except SaveError as error:
            return replace(ended, status=Status.FAILED, reason=f"{ended.reason}, but {error}")
        notes = (*self.left.notes, *claim.take_notes())
        self.left = replace(self.left, forecasts=claim.path, notes=notes)
        return ended

    def follow(self, following: "Following") -> None:
        """Let the forecasts of rows that come be written as they come, where that was asked for.

        Raises
        ------
        SaveError
            The table cannot be written.
        """
        if self.output_to is not None:
            following.write_to(self._claim(self.output_to))

    def place_for_rescue(self, run: "Run", otherwise: Path) -> Path:
        """Return where a run that broke is saved: as asked, unless that writes over another's."""
        if self.save_to is None or any(
            self._claim(file).is_taken for file in model_files(run, self.save_to)
        ):
            return otherwise
        return self.save_to

    def _places(self, files: Sequence[Path]) -> tuple[Path, ...]:
        """Return where to write, and note what lands elsewhere."""
        claims = [self._claim(file) for file in files]
        places = tuple(claim.place() for claim in claims)
        notes = (note for claim in claims for note in claim.take_notes())
        self.left = replace(self.left, notes=(*self.left.notes, *notes))
        return places

    def _claim(self, file: Path) -> Claim:
        """Return what is known of a file since the run began to train."""
        return self._claims.setdefault(file, Claim(file))


def model_files(run: "Run", path: Path) -> tuple[Path, ...]:
    """Return the file of every net where they are saved to `path`."""
    return files_of_nets(path, [name_of(net.title) for net in run.nets])


def save_models(run: "Run", files: Sequence[Path], asked_by: str = "--save-model") -> None:
    """Write the best weights of every net to its file.

    Raises
    ------
    SaveError
        A file cannot be written; the message begins with `asked_by`.
    """
    for net, file in zip(run.nets, files, strict=True):
        net.save(file, asked_by)
