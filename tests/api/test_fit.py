import doctest
import subprocess
import sys

import numpy as np
import pytest

import rnn_tui
from rnn_tui.errors import DataError, UsageError
from rnn_tui.training.events import Status

SMALL = {"dataset": "sunspots", "hidden_size": 4, "input_chunk_length": 8, "steps": 30}


def test_a_fit_has_forecast_history_and_scores():
    run = rnn_tui.fit(**SMALL, cell="rnn", seed=1)
    assert run.ended.status is Status.COMPLETED
    assert run.config.model.cell == "rnn"
    beside = {"naive", "seasonal naive", "drift", "mean", "AR(9)"}
    assert run.rmse.keys() - {"ETS(A,N,A)"} == {"model", *beside}
    assert run.history.loss.step.tolist() == list(range(1, 31))
    test = slice(run.forecast.test_start, None)
    assert run.forecast.time[test][[0, -1]].tolist() == [1921, 1987]
    error = run.forecast.predicted[test] - run.forecast.actual[test]
    assert run.rmse["model"] == pytest.approx(np.sqrt(np.mean(error**2)))


def test_the_same_seed_gives_the_same_forecast():
    one, two = (rnn_tui.fit(**SMALL, seed=5).forecast.predicted for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_numbers_of_numpy_and_paths_will_do(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("v\n" + "\n".join(str(i * i % 17) for i in range(90)))
    options = SMALL | {"steps": np.int64(5), "hidden_size": np.int32(3)}
    del options["dataset"]
    run = rnn_tui.fit(file=path, **options, learning_rate=np.float32(0.01))
    assert run.config.model.hidden_size == 3
    assert run.ended.steps == 5


def test_a_run_that_diverges_is_no_exception():
    run = rnn_tui.fit(**SMALL, learning_rate=1e6)
    assert run.ended.status is Status.DIVERGED
    assert "at step" in run.ended.reason


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"hiden_size": 3},
            r"unknown option 'hiden_size' \(did you mean hidden_size\?\); known: batch_size, ",
        ),
        ({"hidden_size": 0}, r"fit\(\): hidden_size: must be greater"),
        ({"cell": "gruu"}, r"fit\(\): cell: must be 'rnn', .* or 'gru-original', not 'gruu'"),
        ({"steps": -1}, r"fit\(\): steps: must be greater"),
        ({"steps": None}, r"fit\(\): steps must be a number"),
        ({"steps": "many"}, r"fit\(\): steps: must be an integer, not 'many'"),
        ({"file": "x.csv", "dataset": "sine"}, "exclude each other"),
    ],
)
def test_wrong_options_are_named(options, message):
    with pytest.raises(UsageError, match=message):
        rnn_tui.fit(**options)


def test_a_series_that_is_not_there():
    with pytest.raises(DataError, match="Did you mean 'sunspots'"):
        rnn_tui.fit(dataset="sunspot")


def test_the_package_imports_nothing_before_fit_is_asked_for():
    code = "import sys, rnn_tui; rnn_tui.__version__; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="has no attribute 'fitt'"):
        _ = rnn_tui.fitt


def test_the_example_of_the_package():
    assert doctest.testmod(rnn_tui).failed == 0
    assert doctest.testmod(rnn_tui).attempted == 3
