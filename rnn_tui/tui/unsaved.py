"""What would be lost with a run, and a name for what is kept of it. Pure."""

import re

from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.session import RunSession

LONG = 60.0
"""Seconds of training that are not thrown away without a question when a run begins anew."""


def is_unsaved(session: RunSession) -> bool:
    """Return whether a run has learned something that no file holds or will hold."""
    snapshot = session.snapshot
    if session.error is not None or not snapshot.best_step:
        return False
    saved = snapshot.saved
    if session.saves_itself:
        return snapshot.state.is_over and saved is not None and bool(saved.fault)
    return saved is None or bool(saved.fault) or saved.step != snapshot.best_step


def is_worth_asking(session: RunSession) -> bool:
    """Return whether beginning anew would throw away a long run."""
    return is_unsaved(session) and session.snapshot.seconds >= LONG


def model_name(snapshot: Snapshot) -> str:
    """Return a name for the model's file, as in lstm-32-sunspots.safetensors.

    Of several nets each adds its own: sunspots-lstm-32.safetensors of sunspots.safetensors.
    """
    title = snapshot.title.partition(" · ")[2] if snapshot.peers else snapshot.title
    words = re.findall(r"[a-z0-9]+", title.casefold())
    return f"{'-'.join(words) or 'model'}.safetensors"
