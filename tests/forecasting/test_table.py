import numpy as np
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.prepared import prepare
from rnn_tui.data.series import Channel, Series
from rnn_tui.forecasting.conformal import Margins
from rnn_tui.forecasting.future import Future
from rnn_tui.forecasting.table import forecast_table

T = 4


def prepared(*, horizon=1, columns=1):
    days = np.datetime64("2020-01-01") + np.arange(40)
    values = np.random.default_rng(0).normal(size=(columns, 40))
    more = tuple(Channel(f"v{k}", values[k]) for k in range(1, columns))
    series = Series("v0", "", "day", days, values[0], "a test", more_targets=more)
    return prepare(
        DataConfig(input_chunk_length=T, horizon=horizon), "float64", series=series
    )  # fmt: skip


def say(horizon, columns):
    """Forecasts that tell their window, step and column apart."""

    def predict(starts):
        step, column = np.arange(horizon)[:, np.newaxis], np.arange(columns)
        return starts[:, np.newaxis, np.newaxis] + step / 10 + column / 100

    return predict


def after(run, steps=None, margin=np.nan):
    """What `say` forecasts beyond the end."""
    steps, columns = steps or run.horizon, len(run.transformed)
    predicted = say(steps, columns)(np.array([40 - T]))[0]
    time = np.datetime64("2020-01-01") + np.arange(40, 40 + steps)
    names = run.series.target_names
    return Future(names, time, predicted, predicted - margin, predicted + margin)


def test_one_step_of_one_column_has_a_row_for_every_window_and_one_for_the_future():
    run = prepared()
    table = forecast_table(run, say(1, 1), after(run))
    assert list(table.columns()) == ["time", "actual", "predicted", "split"]
    assert table.predicted.tolist() == list(range(40 - T + 1))
    np.testing.assert_array_equal(table.actual[:-1], run.series.values[T:])
    assert np.isnan(table.actual[-1])
    np.testing.assert_array_equal(table.time, np.datetime64("2020-01-01") + np.arange(T, 41))
    names, counts = np.unique(table.split, return_counts=True)
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {
        "train": 28 - T, "validation": 6, "test": 6, "future": 1,
    }  # fmt: skip


@pytest.mark.parametrize("horizon", [2, 3])
def test_several_steps_and_columns_are_told_apart(horizon):
    run = prepared(horizon=horizon, columns=2)
    table = forecast_table(run, say(horizon, 2), after(run))
    assert list(table.columns()) == ["time", "column", "step", "actual", "predicted", "split"]
    first = np.datetime64("2020-01-01")
    for time, column, step, actual, predicted, split in zip(
        *table.columns().values(), strict=True
    ):  # fmt: skip
        window = int(predicted)
        number = int(column.removeprefix("v"))
        assert predicted == pytest.approx(window + (step - 1) / 10 + number / 100)
        row = window + T + step - 1
        assert time == first + row
        if split == "future":
            assert np.isnan(actual)
            assert window == 40 - T
        else:
            assert actual == run.series.targets[row, number]
    assert (table.split == "future").sum() == 2 * horizon


def about(margins):
    return lambda _starts, predicted: margins.first(predicted.shape[1]).around(predicted)


def test_a_longer_future_and_the_ends_of_intervals():
    run = prepared(horizon=2, columns=2)
    margins = Margins(0.9, np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    columns = forecast_table(run, say(2, 2), after(run, 3, 5.0), about(margins)).columns()
    assert list(columns) == [
        "time", "column", "step", "actual", "predicted", "lower", "upper", "split",
    ]  # fmt: skip
    is_future = columns["split"] == "future"
    assert columns["step"][is_future].tolist() == [1, 1, 2, 2, 3, 3]
    assert columns["time"][-1] == np.datetime64("2020-02-12")
    width = columns["upper"] - columns["lower"]
    np.testing.assert_allclose(width[:4], [2, 4, 6, 8])
    np.testing.assert_allclose(width[is_future], 10)
    np.testing.assert_allclose(columns["lower"] + width / 2, columns["predicted"])
