"""What stays on the terminal when the screen has gone."""

from pathlib import Path

from rnn_tui.forecasting.metrics import Scores
from rnn_tui.streams import printable
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.plots.words import percent, significant


def farewell(snapshot: Snapshot, save_to: Path | None, output_to: Path | None = None) -> str:
    """Return a line on how the run ended, its test score, and where its model is.

    Of several nets that were compared, each has its line.
    """
    ended = snapshot.ended
    if ended is None:
        return ""
    if ended.status is Status.FAILED:
        return f"rnn-tui: {ended.reason}\n"
    parts = _parts(snapshot.title, ended)
    if save_to is not None:
        parts.append(f"saved as {save_to}")
    if output_to is not None:
        parts.append(f"forecasts in {output_to}")
    others = "".join(
        f"{'; '.join(_parts(net.title, net.ended))}.\n" for net in snapshot.peers if net.ended
    )
    notes = "".join(f"note: {printable(note)}\n" for note in snapshot.notes)
    return f"{notes}{'; '.join(parts)}.\n{others}"


def _parts(title: str, ended: RunEnded) -> list[str]:
    parts = [f"{title}: {ended.reason}"]
    model, naive = ended.scores.get("model"), ended.scores.get("naive")
    if model is not None:
        what = "RMSE of the rows that came" if ended.rows_followed else "test RMSE"
        parts.append(f"{what} {significant(model.rmse)}{_beside(model.rmse, naive)}")
    return parts


def _beside(rmse: float, naive: Scores | None) -> str:
    if naive is None or not naive.rmse:
        return ""
    skill = 1 - rmse / naive.rmse
    return f" ({percent(abs(skill))} {'better' if skill >= 0 else 'worse'} than naive)"
