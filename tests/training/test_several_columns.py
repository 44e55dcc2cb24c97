"""Several columns, several steps ahead."""

import numpy as np
import pytest

from rnn_tui.config import build_config
from rnn_tui.data.prepared import prepare
from rnn_tui.training.model import Model, random_streams
from rnn_tui.training.sampling import BatchSampler
from rnn_tui.training.trainer import Trainer
from tests import oracle
from tests.training.wave import N, T, parameters_of, trained


@pytest.fixture
def several(tmp_path):
    """A trainer of two columns, three steps ahead, with a covariate, on differences."""
    rng = np.random.default_rng(3)
    columns = 50 + np.cumsum(rng.normal(size=(N, 3)), axis=0)
    path = tmp_path / "several.csv"
    lines = [",".join(map(repr, row)) for row in columns.tolist()]
    path.write_text("\n".join(["a,b,c", *lines]))
    chosen = {"column": ("a", "b"), "covariates": "c", "transform": "diff", "horizon": 3}
    config = build_config(
        {
            "data": {"file": str(path), "input_chunk_length": T, "scaling": "robust"} | chosen,
            "model": {"hidden_size": 5, "dtype": "float64"},
            "training": {"batch_size": 8, "seed": 7},
        }
    )
    prepared = prepare(config.data, "float64")
    weights, order = random_streams(7)
    model = Model.create(config.model, weights, input_size=3, output_size=6)
    return Trainer(config, prepared, model, order), prepared, columns


def test_several_columns_and_steps_are_those_of_the_oracle_in_data_units(several):
    one, prepared, columns = several
    trained(one, 10)
    parameters = parameters_of(one)
    for part in ("validation", "test"):
        starts = prepared.starts[part]
        outputs = oracle.predict("lstm", parameters, prepared.inputs, starts, T)
        scaled = outputs - prepared.targets[starts + T - 1]
        steps = outputs.reshape(len(starts), 3, 2)
        for target, scaler in enumerate(prepared.scalers[:2]):
            path = columns[starts + T - 1, target, np.newaxis] + np.cumsum(
                steps[:, :, target] * scaler.scale + scaler.mean, axis=1
            )
            np.testing.assert_allclose(one.predict(starts)[:, :, target], path, rtol=1e-11)
            if target == 0:
                truth = columns[starts[:, np.newaxis] + T + np.arange(3), 0]
                rmse = np.sqrt(np.mean((path - truth) ** 2))
                assert one.errors(part).rmse == pytest.approx(rmse, rel=1e-11)
        assert one.errors(part).loss == pytest.approx(np.mean(scaled**2), rel=1e-11)


def test_the_loss_of_several_columns_and_steps_is_that_of_the_oracle(several):
    one, prepared, _ = several
    starts = BatchSampler(prepared.starts["train"], 8, random_streams(7)[1]).take(1)[0]
    outputs = oracle.predict("lstm", parameters_of(one), prepared.inputs, starts, T)
    expected = np.mean((outputs - prepared.targets[starts + T - 1]) ** 2)
    assert one.train(1).loss[0] == pytest.approx(expected, rel=1e-11)


def test_of_several_columns_and_steps_the_first_is_shown(several):
    one, prepared, columns = several
    forecast = one.forecast()
    assert (forecast.name, forecast.horizon) == ("a", 3)
    np.testing.assert_array_equal(forecast.actual, columns[:, 0])
    starts = prepared.starts["test"]
    shown = forecast.predicted[starts + T]
    np.testing.assert_array_equal(shown, one.predict(starts)[:, 0, 0])
    assert np.isnan(forecast.predicted[-2:]).all()  # no window has three rows left from there
