import numpy as np
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.prepared import prepare
from rnn_tui.data.series import Channel, Series
from rnn_tui.errors import DataError
from rnn_tui.forecasting.future import look_ahead, step_margins

T = 6


def prepared(*, horizon=1, transform=(), covariate=False, rows=400):
    rng = np.random.default_rng(0)
    values = np.exp(4 + rng.normal(size=rows).cumsum() / 20)
    days = np.datetime64("2020-01-01") + np.arange(rows)
    beside = (Channel("c", rng.normal(size=rows)),) if covariate else ()
    series = Series("s", "", "day", days, values, "test", covariates=beside)
    config = DataConfig(
        input_chunk_length=T, horizon=horizon, transform=transform, validation_size=0.3,
        test_size=0.3,
    )  # fmt: skip
    return prepare(config, "float64", series=series)


def repeat(horizon):
    """A network that says that all stays as it is."""
    return lambda inputs, starts: np.repeat(inputs[starts + T - 1, :1], horizon, axis=1)


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("transform", [(), ("log",)])
def test_margins_are_the_order_statistics_of_what_was_off_step_by_step(horizon, transform):
    run = prepared(horizon=horizon, transform=transform)
    margins = step_margins(run, repeat(horizon), 5, 0.8)
    values = np.log(run.series.values) if transform else run.series.values
    first, end = run.split.validation_start, run.split.test_start
    for step in range(1, 6):
        origins = np.arange(first - 1, end - step)
        off = np.sort(np.abs(values[origins + step] - values[origins]))
        rank = int(np.ceil((len(off) + 1) * 0.8 - 1e-9))
        assert margins.margins[step - 1, 0] == pytest.approx(off[rank - 1], rel=1e-9)


def test_the_test_part_has_no_say_in_the_margins():
    run = prepared()
    other = prepared()
    values = other.series.values.copy()
    values[other.split.test_start :] *= 3
    series = Series("s", "", "day", other.series.time, values, "test")
    config = DataConfig(input_chunk_length=T, validation_size=0.3, test_size=0.3)
    other = prepare(config, "float64", series=series)
    ours, theirs = (step_margins(p, repeat(1), 4, 0.9).margins for p in (run, other))
    np.testing.assert_array_equal(ours, theirs)


def test_steps_that_the_validation_part_is_too_short_for_have_no_margin():
    run = prepared(rows=100)  # 30 rows of validation; 0.9 needs 9 of them
    known = np.isfinite(step_margins(run, repeat(1), 40, 0.9).margins[:, 0])
    assert known.tolist() == [True] * 22 + [False] * 18


def test_far_ahead_fewer_origins_are_enough(monkeypatch):
    run = prepared()
    read = []

    def counting(inputs, starts):
        read.append(len(starts))
        return repeat(1)(inputs, starts)

    monkeypatch.setattr("rnn_tui.forecasting.future.MOST_FORECASTS", 500)
    near = step_margins(run, counting, 10, 0.9).margins
    assert (set(read), np.isfinite(near).all()) == ({50}, True)
    read.clear()
    far = step_margins(run, counting, 5_000, 0.9).margins
    assert far.shape == (5_000, 1)
    assert set(read) == {9}  # as many as the level needs
    assert len(read) == 120  # steps of which the validation part has the truth
    assert np.isnan(far[120:]).all()
    read.clear()
    monkeypatch.setattr("rnn_tui.forecasting.future.MOST_READ", 20 * T)
    step_margins(run, counting, 1, 0.9)
    assert read == [20]


def test_times_go_on_and_the_ends_lie_around():
    run = prepared(horizon=2)
    future = look_ahead(run, repeat(2), 5, step_margins(run, repeat(2), 5, 0.9))
    assert future.time.tolist() == (run.series.time[-1] + np.arange(1, 6)).tolist()
    np.testing.assert_allclose(future.predicted[:, 0], run.series.values[-1])
    width = (future.upper - future.lower)[:, 0]
    assert (width > 0).all()
    assert width[4] > width[0]
    assert np.isnan(look_ahead(run, repeat(2), 5, None).lower).all()


def test_covariates_end_where_the_series_does():
    run = prepared(horizon=2, covariate=True)
    assert look_ahead(run, repeat(2), 2, None).predicted.shape == (2, 1)
    with pytest.raises(DataError, match=r"covariates \(c\)"):
        look_ahead(run, repeat(2), 3, None)
