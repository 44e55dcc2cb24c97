"""A session that trains nothing: it says what a test wants it to say.

Run as a script it is the whole `rnn-tui` command over such a session:
`python fake_session.py BEHAVIOUR OPTIONS…`.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnn_tui.config import RunConfig
from rnn_tui.data.series import Series
from rnn_tui.data.split import Split
from rnn_tui.errors import DataError
from rnn_tui.forecasting.metrics import Scores
from rnn_tui.training.events import Event, KernelsReady, RunEnded, RunStarted, Status, StepsDone
from rnn_tui.training.snapshot import Left, Snapshot, State

SCORES = {
    "model": Scores(19.81, 14.5, 67, mase=0.65, smape=31.2, r2=0.838),
    "naive": Scores(30.3, 23.0, 67, mase=1.07, smape=49.9, r2=0.621),
    "seasonal naive": Scores(34.2, 25.0, 67, smape=48.0, r2=0.517),
    "AR(9)": Scores(17.48, 13.1, 67, mase=0.59, smape=28.7, r2=0.874),
}
BURST = 5
ENDLESS = {"endless", "deaf"}


class FakeSession:
    """Behaves as told.

    done, endless, deaf (ignores stop), compiling, diverges, unsaved, bug or bad-data.
    """

    behaviour = "done"

    def __init__(
        self,
        config: RunConfig,
        *,
        load_from: Path | None = None,
        save_to: Path | None = None,
        output_to: Path | None = None,
        series: Series | None = None,
        split: Split | None = None,
        baselines: Sequence[Mapping[str, Scores]] | None = None,
    ) -> None:
        self.config = config
        self.load_from = load_from
        self.save_to = save_to
        self.output_to = output_to
        self.series = series
        self.split = split
        self.baselines = baselines
        self.stopped: Status | None = None
        self.run = None
        self.snapshot = Snapshot(state=State.LOADING, title="LSTM 32 · fake")

    def stop(self, status: Status = Status.STOPPED) -> None:
        self.stopped = status

    def events(self) -> Iterator[Event]:
        if self.behaviour == "bad-data":
            raise DataError("--data prices.csv, line 3: 'x' is no number.")
        windows = {"train": 100, "validation": 20, "test": 30}
        yield RunStarted(self.config, {"rnn-tui": "0"}, parameters=123, windows=windows)
        if self.behaviour == "compiling":
            time.sleep(30)
        yield KernelsReady(0.5)
        steps = 0
        while self.goes_on(steps):
            steps += BURST
            yield burst(steps - BURST + 1, diverges=self.behaviour == "diverges")
            if self.behaviour == "bug":
                raise ZeroDivisionError("a slip of ours")
            if self.behaviour in ENDLESS:
                time.sleep(0.01)
        ended = self.end(steps)
        models = (self.save_to,) if self.save_to else ()
        left = Left(models, self.output_to)
        self.snapshot = replace(self.snapshot, ended=ended, left=left)
        yield ended

    def end(self, steps: int) -> RunEnded:
        if self.behaviour == "diverges":
            reason = f"the loss is not a number at step {steps}; lower --lr"
            return RunEnded(Status.DIVERGED, reason, steps, None, 0.25, {})
        if self.behaviour == "unsaved":
            reason = "took all steps, but --save-model m: cannot be written: disk full"
            return RunEnded(Status.FAILED, reason, steps, 5, 0.25, SCORES)
        if self.save_to:
            self.save_to.write_text(f"{steps} steps")
        status = self.stopped or Status.COMPLETED
        return RunEnded(status, f"{status} after {steps}", steps, 5, 0.25, SCORES)

    def goes_on(self, steps: int) -> bool:
        if self.behaviour == "diverges":
            return steps == 0
        if self.stopped and self.behaviour != "deaf":
            return False
        return self.behaviour in ENDLESS or steps < (self.config.training.steps or 0)


def burst(first_step: int, *, diverges: bool = False, size: int = BURST) -> StepsDone:
    loss = 1.0 / np.arange(first_step, first_step + size)
    if diverges:
        loss[-1] = np.nan
    return StepsDone(
        first_step=first_step,
        epoch=first_step // 10,
        loss=loss,
        gradient_norm=np.sqrt(loss),
        learning_rate=0.003,
        clip=1.0,
        steps_per_second=1234.5,
        seconds=first_step / 1234.5,
        validation_loss=0.125,
    )


if __name__ == "__main__":
    from rnn_tui.training import session

    FakeSession.behaviour = sys.argv[1]
    session.Session = FakeSession
    from rnn_tui.cli import main

    sys.exit(main(sys.argv[2:]))
