"""The section follow: rows that come while the run goes on."""

from typing import Literal

from pydantic import Field

from rnn_tui.config.section import Section

BadRows = Literal["skip", "stop"]


class FollowConfig(Section):
    """What is done with rows that come while the run goes on."""

    enabled: bool = False
    """Go on with the file, or standard input, as it grows."""
    first_rows: int | None = Field(default=None, ge=2, le=10_000_000)
    """Rows that are learned before the first is predicted. None: of a pipe ten times those of a
    window and its horizon, of a file all that it has, but as many at least."""
    steps_per_row: int = Field(default=1, ge=0, le=100_000)
    """Optimisation steps after every row that came."""
    memory: int = Field(default=5_000, ge=2, le=10_000_000)
    """Newest rows that are kept to learn from."""
    bad_rows: BadRows = "skip"
    """Whether a line that is no row is skipped or ends the run; it is told either way."""
