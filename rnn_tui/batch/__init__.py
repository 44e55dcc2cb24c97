"""A run without a screen: progress on standard error, the result on standard output."""

from rnn_tui.batch.run import run_batch

__all__ = ["run_batch"]
