"""The keys that steer a run, change it, begin it anew and keep it."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message
from textual.screen import Screen

from rnn_tui.config import RunConfig
from rnn_tui.training.files import Stamp, files_of_nets, stamp_of
from rnn_tui.training.snapshot import Left, Match, Saved, Snapshot
from rnn_tui.tui.comparing import beside, rival
from rnn_tui.tui.form.texts import Texts
from rnn_tui.tui.header import BEFORE_TRAINING
from rnn_tui.tui.keys import Symbols
from rnn_tui.tui.pace import faster, limit_words, slower
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.words import duration
from rnn_tui.tui.session import RunSession
from rnn_tui.tui.unsaved import is_unsaved, is_worth_asking

LARGEST_SEED = 2**63 - 1


class SteeringScreen(Screen[None]):
    """A screen over one session; the forms are imported when one of them is opened."""

    _session: RunSession
    _look: Look
    _keys: Symbols
    """What the keys of the commands are called."""
    _last_saved: Saved | None = None
    _last_left: Left | None = None
    _once_saved: Callable[[], None] | None = None
    """What waits for the model to be written."""

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[Path, Stamp] = {}
        """Files that were saved from here, and what they were like then."""

    @dataclass
    class Relaunch(Message):
        """Another run is to take the place of this one."""

        config: RunConfig
        remark: str
        others: tuple[RunConfig, ...] = ()
        """Of the nets that are to train in lockstep with it."""
        match: Match = "units"

    @abstractmethod
    def _say(self, text: str, *, lasting: bool = False) -> None:
        """Say something in the place of the reading; for longer where it must not be missed."""

    @abstractmethod
    def _may_steer(self) -> bool:
        """Return whether the run still goes on; say so where it does not."""

    def action_step_many(self, count: int) -> None:
        """Take several optimisation steps and pause."""
        if self._may_steer():
            self._session.step(count)

    def action_finish_epoch(self) -> None:
        """Go on to the end of the epoch and pause."""
        if self._may_steer():
            self._session.finish_epoch()

    def action_slow_down(self) -> None:
        """Halve the speed limit, or set the first one."""
        if self._may_steer():
            snapshot = self._session.snapshot
            self._limit(slower(snapshot.speed_limit, snapshot.steps_per_second))

    def action_speed_up(self) -> None:
        """Double the speed limit."""
        if self._may_steer():
            limit = self._session.snapshot.speed_limit
            if limit is None:
                key = self._keys["slow-down"]
                self._say(f"There is no speed limit: {key} sets one, for showing how it learns.")
            else:
                self._limit(faster(limit))

    def action_full_speed(self) -> None:
        """Lift the speed limit."""
        if self._may_steer():
            self._limit(None)

    def _limit(self, limit: float | None) -> None:
        self._session.limit_speed(limit)
        if limit is None:
            self._say("Full speed.")
        else:
            key = self._keys["full-speed"]
            self._say(f"At most {limit_words(limit)}; {key} lifts the limit.")

    def action_run_until(self) -> None:
        """Ask for a goal and run until it is reached."""
        if not self._may_steer():
            return
        from rnn_tui.tui.screens.dialogs import goal_form, goal_of  # noqa: PLC0415

        def run(texts: Texts | None) -> None:
            if texts is not None and self._may_steer():
                goal = goal_of(texts)
                self._session.run_until(goal)
                self._say(f"Runs until {goal}." if goal else "Runs without a goal.")

        self.app.push_screen(goal_form(self._session.snapshot, self._look, self._keys), run)

    def action_adjust(self) -> None:
        """Ask for other settings and train on with them."""
        if not self._may_steer():
            return
        from rnn_tui.tui.screens.dialogs import adjust_form, adjustment_of  # noqa: PLC0415

        config, snapshot = self._session.config, self._session.snapshot

        def adjust(texts: Texts | None) -> None:
            change = adjustment_of(texts, config, snapshot) if texts is not None else None
            if change is not None and self._may_steer():
                self._session.adjust(change)

        self.app.push_screen(adjust_form(config, snapshot, self._look, self._keys), adjust)

    def action_edit(self) -> None:
        """Ask for other settings and begin anew with them."""
        from rnn_tui.tui.screens.dialogs import edit_form, edited  # noqa: PLC0415

        config = self._session.config

        def begin(texts: Texts | None) -> None:
            if texts is not None:
                other, others = edited(texts, config), self._session.others
                self._relaunch(other, "Begun anew, as edited.", beside(other, others))

        self.app.push_screen(
            edit_form(config, self._session.snapshot, self._look, self._keys), begin
        )

    def action_restart(self, new_seed: bool) -> None:
        """Begin anew as the run began, or with the next seed."""
        config, others = self._session.config, self._session.others
        if not new_seed:
            remark = f"Begun anew with the same seed, {config.training.seed}."
            self._relaunch(config, remark, others)
            return
        seed = 0 if config.training.seed == LARGEST_SEED else config.training.seed + 1
        training = config.training.model_copy(update={"seed": seed})
        other = config.model_copy(update={"training": training})
        self._relaunch(other, f"Begun anew with another seed, {seed}.", beside(other, others))

    def action_compare(self) -> None:
        """Begin anew beside another cell; then with as many parameters; then alone again."""
        session = self._session
        config, others = session.config, session.others
        if config.follow.enabled:
            self._say("A series that is followed is not compared: there is one net for its rows.")
        elif not others:
            other = rival(config)
            cell = other.model.cell.upper()
            self._relaunch(config, f"Compared with an {cell} of as many units.", (other,))
        elif session.match == "units":
            self._relaunch(config, "Compared by the number of parameters.", others, "parameters")
        else:
            self._relaunch(config, f"Alone again: {self._keys['compare']} compares.")

    def _relaunch(
        self,
        config: RunConfig,
        remark: str,
        others: tuple[RunConfig, ...] = (),
        match: Match | None = None,
    ) -> None:
        """Begin anew; `match` None leaves what the nets have in common as it is."""
        together = match or self._session.match

        def go() -> None:
            self.post_message(self.Relaunch(config, remark, others, together))

        if is_worth_asking(self._session):
            took = duration(self._session.snapshot.seconds)
            self.keep_or_lose(f"This run of {took} is not saved. Begin anew?", "begin anew", go)
        else:
            go()

    def keep_or_lose(self, question: str, otherwise: str, then: Callable[[], None]) -> None:
        """Ask whether to save before something that loses the run.

        Parameters
        ----------
        question
            What is asked.
        otherwise
            What to do without saving, in a word or two.
        then
            What loses the run; not called where the answer is to cancel.
        """
        from rnn_tui.tui.screens.question import Answer, QuestionScreen  # noqa: PLC0415

        def answered(key: str | None) -> None:
            if key == "s":
                self._ask_path(then)
            elif key == "d":
                then()

        answers = (Answer("s", "s", "save"), Answer("d", "d", otherwise))
        self.app.push_screen(QuestionScreen(question, answers, self._look), answered)

    def action_save(self) -> None:
        """Ask for a file and write the best weights."""
        if self._session.error is not None:
            self._say("The run has failed: there is nothing to save.")
        elif self._session.snapshot.state in BEFORE_TRAINING:
            self._say("There is nothing to save yet.")
        else:
            self._ask_path(None)

    def _ask_path(self, then: Callable[[], None] | None) -> None:
        from rnn_tui.tui.screens.dialogs import path_of, save_form  # noqa: PLC0415

        def chosen(texts: Texts | None) -> None:
            if texts is None:
                return
            path = path_of(texts)
            taken = [file for file in self._files(path) if file.exists()]
            if taken:
                self._ask_to_replace(path, self._why_taken(taken[0]), then)
            else:
                self._write(path, self._look_at(path), then)

        self.app.push_screen(save_form(self._session.snapshot, self._look, self._keys), chosen)

    def _files(self, path: Path) -> tuple[Path, ...]:
        """Return every file that saving as `path` writes: one for each net."""
        return files_of_nets(path, [net.net for net in self._session.snapshot.nets])

    def _look_at(self, path: Path) -> dict[Path, Stamp]:
        return {file: stamp_of(file) for file in self._files(path)}

    def _why_taken(self, file: Path) -> str:
        """Return what is to be known of a file before it is replaced."""
        known = self._written.get(file)
        if known is None:
            return f"{file} exists."
        if known == stamp_of(file):
            return f"{file} was saved here before."
        return f"{file} was saved here, and another program has written it since."

    def _ask_to_replace(self, path: Path, why: str, then: Callable[[], None] | None) -> None:
        from rnn_tui.tui.screens.question import Answer, QuestionScreen  # noqa: PLC0415

        seen = self._look_at(path)

        def answered(key: str | None) -> None:
            if key == "o":
                self._write(path, seen, then)
            else:
                self._ask_path(then)

        answers = (Answer("o", "o", "overwrite"),)
        self.app.push_screen(QuestionScreen(f"{why} Overwrite it?", answers, self._look), answered)

    def _write(
        self, path: Path, seen: Mapping[Path, Stamp], then: Callable[[], None] | None
    ) -> None:
        """Write the model, unless a file is no longer as it was `seen`."""
        self._once_saved = then
        self._session.save(path, seen)

    def _take_note(self, snapshot: Snapshot) -> None:
        """Say what came of saving, and do what has waited for it."""
        self._tell_of_left(snapshot.left)
        saved = snapshot.saved
        if saved is self._last_saved:
            return
        self._last_saved, then, self._once_saved = saved, self._once_saved, None
        if saved is None:
            return
        if saved.changed is not None:
            why = f"{saved.changed} was written by another program meanwhile."
            self._ask_to_replace(saved.path, why, then)
            return
        if saved.fault:
            self._say(f"Not saved: {saved.fault}", lasting=True)
            return
        self._written |= dict(zip(saved.files, saved.stamps, strict=True))
        first, *others = saved.files or (saved.path,)
        beside_it = "".join(f", {file.name}" for file in others)
        self._say(f"Saved the weights of step {saved.step:,} as {first}{beside_it}.")
        if then is not None:
            then()

    def _tell_of_left(self, left: Left | None) -> None:
        """Say what the run has left elsewhere than it was to."""
        before, self._last_left = self._last_left, left
        if left is not before and left is not None and left.notes:
            self._say(" ".join(left.notes), lasting=True)

    def ask_to_leave(self, leave: Callable[[], None]) -> None:
        """Leave at once where nothing is lost, else after a question."""
        if is_unsaved(self._session):
            self.keep_or_lose("This run is not saved.", "discard and quit", leave)
        else:
            leave()
