"""What stays on the terminal when the screen has gone."""

from itertools import zip_longest

from rnn_tui.forecasting.metrics import Scores
from rnn_tui.streams import printable
from rnn_tui.training.events import RunEnded, Status
from rnn_tui.training.snapshot import Left, Snapshot
from rnn_tui.tui.plots.words import percent, significant


def farewell(snapshot: Snapshot) -> str:
    """Return a line on how the run ended, its test score, and where its model is.

    Of several nets that were compared, each has its line. What landed elsewhere than it was to is
    told before.
    """
    ended = snapshot.ended
    if ended is None:
        return ""
    if ended.status is Status.FAILED:
        return f"rnn-tui: {ended.reason}\n"
    left = snapshot.left or Left()
    lines = [
        [*_parts(net.title, net.ended), *((f"saved as {model}",) if model else ())]
        for net, model in zip_longest(snapshot.nets, left.models)
        if net.ended
    ]
    if left.forecasts is not None:
        of = "forecasts of all" if snapshot.peers else "forecasts"
        lines[-1].append(f"{of} in {left.forecasts}")
    notes = (f"note: {printable(note)}\n" for note in (*snapshot.notes, *left.notes))
    return "".join([*notes, *(f"{'; '.join(parts)}.\n" for parts in lines)])


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
