"""What a run without a screen reads, leaves and says."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Task:
    """Files and the form of the output; a file that is None is neither read nor written."""

    load_from: Path | None = None
    save_to: Path | None = None
    output_to: Path | None = None
    report_to: Path | None = None
    as_json: bool = False
    plots: bool = False
    quiet: bool = False
    """Verdicts alone; as JSON, no steps."""
