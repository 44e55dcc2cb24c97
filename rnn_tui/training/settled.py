"""What of a trainer's settings can be changed while it trains, and what has been."""

from collections.abc import Iterator
from dataclasses import dataclass

from rnn_tui.training.snapshot import Happening
from rnn_tui.training.trainer import Trainer


@dataclass(frozen=True, slots=True)
class Settled:
    """The settings of one moment."""

    clip: float
    batch_size: int
    optimizer: str

    @classmethod
    def of(cls, trainer: Trainer) -> "Settled":
        """Return those of a trainer now."""
        return cls(trainer.clip, trainer.batch_size, trainer.optimizer)

    def changes_to(self, now: "Settled") -> Iterator[tuple[Happening, str]]:
        """Yield what is different now, each with what it was and is."""
        for kind, before, after in (
            (Happening.CLIP, self.clip, now.clip),
            (Happening.BATCH, self.batch_size, now.batch_size),
            (Happening.OPTIMIZER, self.optimizer, now.optimizer),
        ):
            if before != after:
                yield kind, f"{_written(before)} → {_written(after)}"


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
