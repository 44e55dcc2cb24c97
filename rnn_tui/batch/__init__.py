"""A run without a screen: progress on standard error, the result on standard output."""

from rnn_tui.batch.command import run_batch
from rnn_tui.batch.task import Task

__all__ = ["Task", "run_batch"]
