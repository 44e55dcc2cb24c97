"""The one-step-ahead forecast beside the truth, in the data's own units and time."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from rnn_tui.axes import LARGEST, Axis, fit_axis
from rnn_tui.charts import Area, Chart, Cursor, Floats, Ink, Paper, Region, Rule, Series, draw
from rnn_tui.training.snapshot import Forecast, Snapshot, Times
from rnn_tui.tui.plots.forecastfigures import forecast_ledger, part_names
from rnn_tui.tui.plots.ledger import divide
from rnn_tui.tui.plots.picture import Frame, Picture, Word, say, to_strips
from rnn_tui.tui.plots.words import percent, shortened, significant

POINTS_A_COLUMN = 3
"""More would run the waves of a series into each other."""
LONGEST_NAME, SHORT_NAME = 30, 9
"""Characters of a column's name on the frame, where there is room and where there is little."""


@dataclass(frozen=True, slots=True)
class ForecastView:
    """What of the forecast is shown."""

    residuals: bool = False
    """Whether the errors, actual − predicted, are shown instead of the two."""


USUAL = ForecastView()


def draw_forecast(snapshot: Snapshot, frame: Frame, view: ForecastView = USUAL) -> Picture:
    """Return the most recent part of the series, its test part wholly, and the forecast of it."""
    forecast = snapshot.forecast
    legend = _legend(frame, forecast, view)
    if forecast is None or not forecast.time.size:
        return Picture(say(frame, "waiting for the first forecast"), legend)
    cursor = index_of_timestep(snapshot, frame.cursor)
    shown = slice(first_shown(forecast, frame.width, cursor), None)
    time = to_numbers(forecast.time)[shown]
    dates = np.issubdtype(forecast.time.dtype, np.datetime64)
    x = fit_axis(time, labels="date" if dates else "number")
    draw_part = _draw_residuals if view.residuals else _draw_both
    point = partial(_point, forecast, cursor)
    above, figures = divide(frame, lambda: forecast_ledger(snapshot, forecast, point()))
    chart = None if x is None else draw_part(forecast, shown, x, above.height)
    if chart is None or x is None:
        text = "no finite value to show"
        return Picture(say(frame, text, ink=Ink.WARNING), legend, _reading(snapshot))
    parts = _parts(forecast, x, follows=snapshot.rows_followed is not None)
    rules = (*(Rule(part.start) for part in parts[1:]), *chart.rules)
    chart = replace(chart, rules=rules, regions=parts, x_name=forecast.time_name)
    if cursor is not None:
        at = Cursor(to_numbers(forecast.time)[cursor], time_at(forecast, cursor))
        chart = replace(chart, cursor=at)
    cells = draw(chart, above.width, above.height, frame.look.glyphs)
    reading = _reading(snapshot) if cursor is None else _read_out(forecast, cursor)
    if cursor is None:
        reading = (*reading, *(_bias(forecast) if view.residuals else _free_error(forecast)))
    return Picture((*to_strips(cells, frame.look), *figures), legend, reading)


def _draw_both(forecast: Forecast, shown: slice, x: Axis, height: int) -> Chart | None:
    """Return the truth as an area, the forecast as a line on it."""
    time = to_numbers(forecast.time)[shown]
    actual, predicted = forecast.actual[shown], forecast.predicted[shown]
    y = fit_axis(actual, _within_reach(actual, predicted), margin=0.02)
    if y is None:
        return None
    y = _with_room_for_names(y, height)
    lines: tuple[Series, ...] = (
        Series(time, actual, Ink.FIRST, "."),
        Series(time, predicted, Ink.SECOND, "o"),
    )
    if forecast.free is not None:
        lines = (*lines, Series(time, forecast.free[shown], Ink.MARK, "x", dotted=True))
    area = Area(time, np.full_like(actual, y.low), actual)
    return Chart(x, y, lines, areas=(area,))


def _draw_residuals(forecast: Forecast, shown: slice, x: Axis, height: int) -> Chart | None:
    """Return the errors around a line at 0."""
    time = to_numbers(forecast.time)[shown]
    with np.errstate(over="ignore", invalid="ignore"):
        errors = forecast.actual[shown] - forecast.predicted[shown]
    known = np.abs(errors[np.isfinite(errors)])
    if not known.size:
        return None
    most = min(float(known.max()), LARGEST / 10) or 1.0
    y = _with_room_for_names(Axis(-1.05 * most, 1.05 * most), height)
    line = Series(time, errors, Ink.SECOND, "o")
    return Chart(x, y, (line,), rules=(Rule(0.0, upright=False),))


def _bias(forecast: Forecast) -> tuple[Word, ...]:
    """Return the mean error on validation and test part: what a good forecast has not."""
    unseen = slice(forecast.validation_start, None)
    with np.errstate(over="ignore", invalid="ignore"):
        errors = forecast.actual[unseen] - forecast.predicted[unseen]
        errors = errors[np.isfinite(errors)]
        mean = float(errors.mean()) if errors.size else 0.0
    if not errors.size:
        return ()
    return (Word(f"mean error {significant(mean, 2)}", short=""),)


def _free_error(forecast: Forecast) -> tuple[Word, ...]:
    """Return how far the free-running forecast is off; never to be mixed with the one-step one."""
    if forecast.free is None:
        return ()
    with np.errstate(over="ignore", invalid="ignore"):
        errors = forecast.actual - forecast.free
        errors = errors[np.isfinite(errors)]
        rmse = float(np.sqrt(np.mean(errors**2))) if errors.size else np.nan
    if not errors.size:
        return ()
    text = f"free-running RMSE {significant(rmse)}"
    return (Word(f"{text} over {errors.size:,} steps", Ink.MARK, text),)


def first_shown(forecast: Forecast, columns: int, cursor: int | None = None) -> int:
    """Return the index of the first point that is shown in so many columns."""
    total = len(forecast.time)
    test = total - forecast.test_start
    first = max(0, total - max(POINTS_A_COLUMN * columns, test + test // 4))
    return first if cursor is None else min(first, cursor)


def index_of_timestep(snapshot: Snapshot, t: int | None) -> int | None:
    """Return the index among the forecast's points of timestep t of the traced window."""
    if t is None or snapshot.trace is None or snapshot.forecast is None:
        return None
    return index_of_row(snapshot.forecast, snapshot.trace.start + t - 1)


def index_of_row(forecast: Forecast, row: int) -> int | None:
    """Return the index among the forecast's points of a row of the series; None: not among them."""
    index = row - forecast.start
    return index if 0 <= index < len(forecast.time) else None


def time_at(forecast: Forecast, index: int) -> str:
    """Return the time of a point as it is written."""
    time = forecast.time[index]
    if isinstance(time, np.datetime64):
        return str(np.datetime_as_string(time, unit="auto"))
    return f"{time:.10g}"


def _read_out(forecast: Forecast, index: int) -> tuple[Word, ...]:
    """Return the truth and the prediction at a point."""
    name, predicted = forecast.time_name, _predicted(float(forecast.predicted[index]))
    return (
        Word(f"{name} {time_at(forecast, index)}".strip(), Ink.MARK),
        Word(f"actual {significant(float(forecast.actual[index]))}", Ink.FIRST),
        Word(f"predicted {predicted}", Ink.SECOND, f"pred {predicted}"),
    )


def _point(forecast: Forecast, cursor: int | None) -> tuple[Word, ...]:
    """Return what is known of the point at the cursor, or of the newest one with a forecast."""
    known = np.flatnonzero(~np.isnan(forecast.predicted))
    if cursor is None and not known.size:
        return ()
    index = int(known[-1]) if cursor is None else cursor
    actual, predicted = float(forecast.actual[index]), float(forecast.predicted[index])
    words = [
        Word("at the cursor:" if cursor is not None else "newest point:"),
        *_read_out(forecast, index),
    ]
    if not np.isnan(predicted):
        words.append(Word(f"error {significant(actual - predicted)}", Ink.SECOND))
    if index > 0:
        words.append(Word(f"naive {significant(float(forecast.actual[index - 1]))}"))
    if forecast.free is not None and not np.isnan(forecast.free[index]):
        words.append(Word(f"free {significant(float(forecast.free[index]))}", Ink.MARK))
    return tuple(words)


def _predicted(value: float) -> str:
    return "not yet" if np.isnan(value) else significant(value)


def to_numbers(time: Times) -> Floats:
    """Return times as numbers: as they are, or dates as Unix seconds (NaN for no date)."""
    if np.issubdtype(time.dtype, np.datetime64):
        seconds = time.astype("datetime64[s]").astype(np.float64)
        return np.where(np.isnat(time), np.nan, seconds)
    return time.astype(np.float64)


def _within_reach(actual: Floats, predicted: Floats) -> Floats:
    """Return the predictions that may widen the axis: a wild one must not flatten the truth."""
    known = actual[np.isfinite(actual)]
    if not known.size:
        return predicted
    low, high = np.clip((known.min(), known.max()), -LARGEST / 10, LARGEST / 10)
    room = (high - low) or 1.0
    return np.clip(predicted, low - room / 2, high + room / 2)


def _with_room_for_names(y: Axis, height: int) -> Axis:
    """Return the axis with a row above the data, where the parts are named."""
    if height < 5:
        return y
    return Axis(y.low, y.high + (y.high - y.low) / (height - 2))


def _parts(forecast: Forecast, x: Axis, *, follows: bool) -> tuple[Region, ...]:
    """Return the parts of the series, or what was there before the rows that came, and those."""
    time = to_numbers(forecast.time)
    parts = []
    ends = (0, forecast.validation_start, forecast.test_start, len(time))
    papers = (Paper.NONE, Paper.FIRST, Paper.SECOND)
    names = part_names(follows=follows)
    for paper, name, start, stop in zip(papers, names, ends, ends[1:], strict=False):
        if start < stop:
            last = time[stop] if stop < len(time) else x.high
            parts.append(Region(float(time[start]), float(last), paper, name))
    return tuple(parts)


def _legend(frame: Frame, forecast: Forecast | None, view: ForecastView) -> tuple[Word, ...]:
    horizon = forecast.horizon if forecast else 1
    area, line = (":", "o") if frame.look.ascii else ("▄", "━")
    name, short = names_of(forecast)
    if view.residuals:
        error = Word(f"{line} {name} − predicted", Ink.SECOND, f"{line} error")
        return (error,) if short == name else (error, Word("", short=short))
    of, first = (f" (1 of {horizon:,} ahead)", " t+1") if horizon > 1 else ("", "")
    words = (
        Word(f"{area} {name}", Ink.FIRST, f"{area} {short}"),
        Word(f"{line} predicted{of}", Ink.SECOND, f"{line} pred{first}"),
    )
    if forecast is None or forecast.free is None:
        return words
    free = "x" if frame.look.ascii else "•━"
    return (*words, Word(f"{free} free-running", Ink.MARK, f"{free} free"))


def names_of(forecast: Forecast | None) -> tuple[str, str]:
    """Return what the truth is called: by its name and place where it is one of several columns.

    The second one is short enough for a panel of 40 columns.
    """
    if forecast is None or not forecast.is_one_of_several:
        return "actual", "actual"
    place, count = forecast.target + 1, len(forecast.targets)
    name, short = shortened(forecast.name, LONGEST_NAME), shortened(forecast.name, SHORT_NAME)
    return f"{name} ({place} of {count})", f"{short} {place}/{count}"


def _reading(snapshot: Snapshot) -> tuple[Word, ...]:
    part, rmse, naive = "validation", snapshot.validation_rmse, None
    if snapshot.baselines and "naive" in snapshot.baselines:
        naive = snapshot.baselines["naive"].rmse
    if snapshot.rows_followed is not None:
        part = f"{snapshot.rows_followed:,} new rows:"
    elif "model" in (scores := snapshot.final_scores):
        part, rmse = "test", scores["model"].rmse
        naive = scores["naive"].rmse if "naive" in scores else None
    if rmse is None:
        return ()
    short = f"{part} RMSE {significant(rmse)}"
    words = [Word(short, Ink.SECOND, short.replace("validation", "val"))]
    if naive:
        words.append(Word(f"naive {significant(naive)}"))
        words.append(Word(*_skill(1 - rmse / naive)))
    return tuple(words)


def _skill(skill: float) -> tuple[str, Ink, str]:
    if not np.isfinite(skill):
        return "not finite", Ink.WARNING, ""
    if skill >= 0:
        return f"{percent(skill)} better", Ink.FIRST, f"+{percent(skill)}"
    return f"{percent(-skill)} worse", Ink.WARNING, f"−{percent(-skill)}"
