"""What stands below a forecast that has the whole screen: scores of every part, errors, a point."""

import math
from collections.abc import Iterator, Mapping

from rnn_tui.cells import Ink
from rnn_tui.training.snapshot import Forecast, Snapshot
from rnn_tui.tui.plots.ledger import Ledger, Row, figures
from rnn_tui.tui.plots.picture import Word
from rnn_tui.tui.plots.residuals import Residuals, residuals
from rnn_tui.tui.plots.words import percent, significant

HEADINGS = ("RMSE", "MAE", "MASE", "skill", "mean", "sd", "lag 1", "points")


def forecast_ledger(snapshot: Snapshot, forecast: Forecast, reading: Row) -> Ledger:
    """Return scores and errors of training, validation and test part, and what is read out.

    The test part is scored at the end of the run, so that nobody chooses by it.

    Parameters
    ----------
    reading
        Of the point at the cursor.
    """
    found = dict(_parts(snapshot, forecast))
    table = [figures(Word(heading(snapshot, forecast)), *HEADINGS, ink=Ink.LABEL)]
    table += [
        errors_row(Word(name, Ink.SECOND), part, mase_unit(snapshot, name))
        for name, part in found.items()
        if part is not None
    ]
    if found.get("test", 0) is None:
        table.append(figures(Word("test"), "at the end", ink=Ink.LABEL))
    return Ledger(tuple(table), (reading, _ranked(snapshot, forecast), tuple(_hint(found))))


def heading(snapshot: Snapshot, forecast: Forecast) -> str:
    """Return what the errors are those of.

    While a run goes on they are those of the weights of now: newer than the ones that were
    validated last.
    """
    ahead = "one step" if forecast.horizon == 1 else f"first of {forecast.horizon:,}"
    return f"{ahead} ahead" if snapshot.ended is not None else f"{ahead}, now"


def _parts(snapshot: Snapshot, forecast: Forecast) -> Iterator[tuple[str, Residuals | None]]:
    """Yield every part that has points; None for a test part that is not to be looked at yet."""
    follows = snapshot.rows_followed is not None
    ends = (0, forecast.validation_start, forecast.test_start, len(forecast.time))
    names = part_names(follows=follows)
    for name, start, stop in zip(names, ends, ends[1:], strict=False):
        is_hidden = name == "test" and snapshot.ended is None
        part = residuals(forecast, start, stop)
        if part is not None:
            yield name, None if is_hidden else part


def part_names(*, follows: bool) -> tuple[str, str, str]:
    """Return what the parts of a series are called; of one that is followed there are two."""
    return ("before", "", "new") if follows else ("train", "validation", "test")


def errors_row(name: Word, part: Residuals, unit: float) -> Row:
    """Return what errors come to, below `HEADINGS`; `unit` is that of MASE."""
    star = "*" if part.is_correlated else " "
    correlation = _figure(part.lag_1, 2)
    return (
        name,
        Word(_figure(part.rmse), name.ink),
        Word(_figure(part.mae), Ink.NONE),
        Word(_figure(part.mae / unit), Ink.NONE),
        Word(_share(part.skill), Ink.FIRST if part.skill >= 0 else Ink.WARNING),
        Word(_figure(part.mean, 2), Ink.NONE),
        Word(_figure(part.deviation), Ink.NONE),
        Word(f"{correlation}{star}", Ink.WARNING if part.is_correlated else Ink.NONE),
        Word(f"{part.count:,}", Ink.LABEL),
    )


def mase_unit(snapshot: Snapshot, part: str) -> float:
    """Return the mean absolute error that MASE is measured in; NaN where it is not known.

    It is naive's on the rows before the validation part; for the test part, on all before that.
    """
    scores = snapshot.final_scores if part == "test" else snapshot.baselines or {}
    naive = scores.get("naive")
    return naive.mae / naive.mase if naive is not None and naive.mase else math.nan


def _ranked(snapshot: Snapshot, forecast: Forecast) -> Row:
    """Return the RMSE over all steps ahead of the network, then of the baselines, best first."""
    scores = snapshot.final_scores
    known = {name: found.rmse for name, found in scores.items()}
    part = "new rows" if snapshot.rows_followed is not None else "test"
    if not known:
        known = {name: found.rmse for name, found in (snapshot.baselines or {}).items()}
        part = "new rows" if snapshot.rows_followed is not None else "validation"
        if snapshot.validation_rmse is not None:
            known["model"] = snapshot.validation_rmse
    if "model" not in known:
        return ()
    steps = f", all {forecast.horizon:,} steps" if forecast.horizon > 1 else ""
    when = ", as last scored" if part == "validation" else ""
    own = known.pop("model")
    return (
        Word(f"{part} RMSE{steps}{when}:", short=f"{part} RMSE{steps}:"),
        Word(f"{snapshot.net} {significant(own)}", Ink.SECOND),
        *(
            Word(f"{name} {significant(rmse)}", Ink.NONE)
            for name, rmse in sorted(known.items(), key=lambda entry: entry[1])
        ),
    )


def _hint(found: Mapping[str, Residuals | None]) -> Iterator[Word]:
    """Yield what a star says, where there is one."""
    if any(part is not None and part.is_correlated for part in found.values()):
        text = "* errors hang together with those one step before: something is left to learn"
        yield Word(text, short="* errors hang together: something is left to learn")


def _figure(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else significant(value, digits)


def _share(value: float) -> str:
    if math.isnan(value) or math.isinf(value):
        return "-"
    return f"−{percent(-value)}" if value < 0 else percent(value)
