"""Runs the app until the user leaves, and ends its runs well."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_tui.config import RunConfig
from rnn_tui.crash import rescue_path
from rnn_tui.errors import ExitCode, RnnTuiError
from rnn_tui.places import log_folders, settings_file
from rnn_tui.settings import read_settings, remember
from rnn_tui.streams import complain, discard_the_rest, own_terminal, release_standard_streams
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.snapshot import Match, State
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.chronicle import conclude
from rnn_tui.tui.display import Display, choose_display
from rnn_tui.tui.journal import Journal, listening, log_file
from rnn_tui.tui.session import RunSession

if TYPE_CHECKING:
    from rnn_tui.tui.launching import Launched, Launcher

SCORING_SECONDS = 1.0
"""How long one waits for the last scores after the screen has gone."""
SWITCH_SECONDS = 50e-6
"""How long one thread keeps the interpreter from another. A burst of steps may end every
millisecond: with Python's own 5 ms, training would wait for half a drawing each time."""


@contextmanager
def swift_turns() -> Iterator[None]:
    """Let threads take turns at the interpreter as fast as the screen needs."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def run_app(
    configs: Sequence[RunConfig],
    *,
    match: Match = "units",
    load_from: Path | None = None,
    save_to: Path | None = None,
    output_to: Path | None = None,
    taking_over: Callable[[], None] | None = None,
) -> int:
    """Train on the screen until the user leaves; return the exit code.

    Parameters
    ----------
    configs
        Of the run; or of several, which are trained in lockstep and compared.
    match
        What several nets have in common.
    load_from, save_to
        Model files to start from and to write at the end.
    output_to
        Table of forecasts to write at the end.
    taking_over
        Is called just before the app draws on the terminal.

    Raises
    ------
    RnnTuiError
        The series or a model file is not fit for the run, or the model cannot be saved.
    """
    from rnn_tui.tui.launching import Launcher  # noqa: PLC0415 - the app needs only a protocol

    path = settings_file()
    display = choose_display(configs[0].display, read_settings(path), os.environ, path)
    shown = configs[0].display.model_copy(update={"fps": display.fps})
    first, *others = (config.model_copy(update={"display": shown}) for config in configs)
    launcher = Launcher(load_from, save_to, output_to)
    begin = partial(launcher, first, others, match)
    with log_file(log_folders()) as write:
        app = _show(launcher, begin, display, Journal(write), path, taking_over)
    session = app.session
    if app.crash is not None:
        saved = session.snapshot.saved
        if saved is not None and not saved.fault:
            complain(f"the weights of step {saved.step:,} are in {saved.path}.")
        raise app.crash
    if isinstance(session.error, RnnTuiError):
        raise session.error
    stream = sys.stderr if session.error else sys.stdout
    try:
        stream.write(launcher.farewell())
        stream.flush()
    except OSError:
        discard_the_rest(stream)
    code = exit_code(session.snapshot.ended, app.ended_by)
    if not session.join(0.0):  # kernels that score cannot be interrupted either
        release_standard_streams()
        os._exit(code)
    return code


def _show(
    launcher: "Launcher",
    begin: Callable[[], RunSession],
    display: Display,
    journal: Journal,
    settings: Path,
    taking_over: Callable[[], None] | None,
) -> RnnTuiApp:
    """Run the app until the user leaves, then wait for the end of every run."""
    session = begin()
    ended_by: int | None = None
    is_whole = False
    try:
        with swift_turns(), listening(journal), own_terminal(journal.stray) as terminal:
            app = RnnTuiApp(
                session,
                display=display,
                launch=launcher,
                terminal=terminal,
                journal=journal,
                remember=partial(remember, settings),
            )
            if taking_over is not None:
                taking_over()
            app.run()
            session, ended_by, is_whole = app.session, app.ended_by, app.crash is None
            if app.crash is not None and session.snapshot.step and not session.saves_itself:
                session.save(rescue_path())
    finally:
        for run in launcher.launched:
            run.session.stop(Status.INTERRUPTED if ended_by else Status.STOPPED)
            _await(run, exit_code(None, ended_by), may_go_unscored=is_whole)
        conclude(journal, session.snapshot)
    return app


def _await(run: "Launched", code: int, *, may_go_unscored: bool) -> None:
    """Wait for the end of the run, unless it has not begun: compilers cannot be interrupted.

    Scores are waited for no longer than a moment, unless the run leaves files.
    """
    session = run.session
    leaves_files = run.save_to is not None or run.output_to is not None
    was_said = False
    while not session.join(SCORING_SECONDS):
        state = session.snapshot.state
        if state in {State.LOADING, State.COMPILING}:
            release_standard_streams()
            os._exit(code)
        if state is State.SCORING and may_go_unscored and not leaves_files:
            return
        if not was_said:
            was_said = True
            what = "scoring the run" if state is State.SCORING else "finishing the steps under way"
            complain(what)


def exit_code(ended: RunEnded | None, ended_by: int | None) -> int:
    """Return what the command returns to the shell.

    Parameters
    ----------
    ended
        How the run ended.
    ended_by
        The signal that ended the app, if one did.
    """
    if ended_by is not None:
        return 128 + ended_by
    if ended is not None and ended.status in {Status.DIVERGED, Status.FAILED}:
        return ExitCode.FAILED
    return ExitCode.DONE
