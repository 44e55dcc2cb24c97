import numpy as np
import pytest

from rnn_kernels import processors
from rnn_tui.config import build_config
from rnn_tui.data.prepared import prepare
from rnn_tui.data.scaling import Scaler
from rnn_tui.training.model import Model, random_streams
from rnn_tui.training.sampling import BatchSampler
from rnn_tui.training.snapshot import SLOPE
from rnn_tui.training.trainer import Trainer
from tests import oracle, oracle_rules
from tests.kernels.support import CELLS, LSTMS, named, set_parameters

N, T = 80, 6
SERIES = 50 + 10 * np.sin(0.5 * np.arange(N)) + np.random.default_rng(0).normal(size=N)
VALIDATION_START, TEST_START = 56, 68  # of 80 rows, with the default shares of 15 %
SCALER = Scaler.fit(SERIES[:VALIDATION_START])
SCALED = SCALER.transform(SERIES)[:, np.newaxis]


@pytest.fixture
def trainer(tmp_path):
    """Build a trainer on a series of values, from a file of its own."""

    def build(values=SERIES, scaler=None, model=None, **training):
        path = tmp_path / "series.csv"
        path.write_text("value\n" + "".join(f"{value!r}\n" for value in values.tolist()))
        config = build_config(
            {
                "data": {"file": str(path), "input_chunk_length": T},
                "model": {"hidden_size": 5, "dtype": "float64"} | (model or {}),
                "training": {"batch_size": 8} | training,
            }
        )
        prepared = prepare(config.data, config.model.dtype, scaler=scaler)
        assert (prepared.split.validation_start, prepared.split.test_start) == (
            VALIDATION_START,
            TEST_START,
        )
        weights, order = random_streams(config.training.seed)
        return Trainer(config, prepared, Model.create(config.model, weights), order)

    return build


def trained(trainer, steps=40):
    """Train and return everything that was learned and reported, as bytes."""
    losses, norms = [], []
    while len(losses) < steps:
        burst = trainer.train(steps - len(losses))
        assert burst.fault is None
        losses += burst.loss.tolist()
        norms += burst.gradient_norm.tolist()
    return losses, norms, trainer.model.parameters.tobytes()


def parameters_of(trainer):
    return named(trainer.model.network, trainer.model.parameters)


def set_all(trainer, **values):
    """Set every parameter to a number, 0 where none is given."""
    network, parameters = trainer.model.network, trainer.model.parameters
    mapping = {
        name: np.full(shape, values.get(name, 0.0)) for name, shape in network.shapes.items()
    }
    parameters[:] = set_parameters(network, parameters.dtype, mapping)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_same_seed_gives_the_same_bits(trainer, cell, dtype):
    model = {"cell": cell, "dtype": dtype}
    first, again, other = (
        trained(trainer(model=model, seed=seed)) for seed in (3, 3, 4)
    )  # fmt: skip
    assert first == again
    assert other[0] != first[0]


@pytest.mark.parametrize("cell", CELLS)
def test_the_bits_do_not_depend_on_the_threads(trainer, cell):
    model = {"cell": cell, "hidden_size": 19}
    assert trained(trainer(model=model)) == trained(trainer(model=model, threads=2))


def test_there_are_no_more_threads_than_processors(trainer):
    assert trainer(threads=256)._workspace.threads == processors()


@pytest.mark.parametrize("model", [{}, {"layers": 2, "dropout": 0.3}], ids=["plain", "dropout"])
def test_the_bits_do_not_depend_on_the_length_of_the_bursts(trainer, model):
    whole, single = trainer(model=model), trainer(model=model)
    wanted = trained(whole)
    losses = [single.train(1).loss[0] for _ in range(40)]
    assert losses == wanted[0]
    assert single.model.parameters.tobytes() == wanted[2]
    assert single.step == whole.step == 40


def test_layers_are_trained_with_dropout_and_looked_into_without(trainer):
    model = {"layers": 3, "dropout": 0.5}
    dropped, whole = trainer(model=model), trainer(model=model | {"dropout": 0.0})
    np.testing.assert_array_equal(dropped.forecast().predicted, whole.forecast().predicted)
    assert trained(dropped)[0] != trained(whole)[0]
    top = dropped.trace().gates["h"]
    dropped.model.parameters[:] = whole.model.parameters
    np.testing.assert_array_equal(dropped.forecast().predicted, whole.forecast().predicted)
    assert top.shape == whole.trace().gates["h"].shape
    np.testing.assert_array_equal(dropped.trace().gates["h"], whole.trace().gates["h"])
    assert dropped.errors("test").rmse == whole.errors("test").rmse


def changed(values, first, last=None):
    """The series with the rows first … last−1 replaced."""
    values = values.copy()
    values[first:last] = np.random.default_rng(1).normal(60, 30, size=values[first:last].size)
    return values


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_that_is_learned_depends_on_the_test_part(trainer, cell):
    one = trainer(model={"cell": cell})
    other = trainer(changed(SERIES, TEST_START), model={"cell": cell})
    assert trained(one) == trained(other)
    assert one.errors("validation").loss == other.errors("validation").loss
    assert one.errors("train").rmse == other.errors("train").rmse
    assert one.errors("test").rmse != other.errors("test").rmse
    np.testing.assert_array_equal(
        one.forecast().predicted[: TEST_START + 1], other.forecast().predicted[: TEST_START + 1]
    )


@pytest.mark.parametrize("cell", CELLS)
def test_weights_and_scaling_do_not_depend_on_the_validation_part_either(trainer, cell):
    one = trainer(model={"cell": cell})
    other = trainer(changed(SERIES, VALIDATION_START), model={"cell": cell})
    assert trained(one) == trained(other)
    assert one.errors("validation").loss != other.errors("validation").loss


@pytest.mark.parametrize("point", [T, T + 1, 30, VALIDATION_START, TEST_START, N - 2])
@pytest.mark.parametrize("cell", CELLS)
def test_a_forecast_uses_the_points_before_it_and_no_others(trainer, cell, point):
    one = trainer(model={"cell": cell})
    trained(one, 20)
    other = trainer(changed(SERIES, point, point + 1), scaler=SCALER, model={"cell": cell})
    other.model.parameters[:] = one.model.parameters
    before, after = one.forecast().predicted, other.forecast().predicted
    np.testing.assert_array_equal(after[: point + 1], before[: point + 1])
    moved = slice(point + 1, point + T + 1)
    assert (after[moved] != before[moved]).all()
    np.testing.assert_array_equal(after[point + T + 1 :], before[point + T + 1 :])


@pytest.mark.parametrize("cell", CELLS)
def test_a_forecast_is_what_the_network_says_after_the_window_before_the_point(trainer, cell):
    one = trainer(model={"cell": cell})
    trained(one, 20)
    wanted = oracle.predict(cell, parameters_of(one), SCALED, np.arange(N - T), T)[:, 0]
    wanted = wanted * SERIES[:VALIDATION_START].std() + SERIES[:VALIDATION_START].mean()
    predicted = one.forecast().predicted
    assert np.isnan(predicted[:T]).all()
    np.testing.assert_allclose(predicted[T:], wanted, rtol=1e-11)


def test_a_forecast_knows_its_parts_and_cannot_be_written(trainer):
    forecast = trainer().forecast()
    assert (forecast.validation_start, forecast.test_start) == (VALIDATION_START, TEST_START)
    np.testing.assert_array_equal(forecast.actual, SERIES)
    for array in (forecast.time, forecast.actual, forecast.predicted):
        assert not array.flags.writeable


@pytest.mark.parametrize("limit", [1, 5, 20, 75, 80, 1000])
def test_a_limited_forecast_is_the_end_of_the_whole_one(trainer, limit):
    one = trainer()
    whole, end = one.forecast(), one.forecast(limit)
    shown = min(limit, N)
    for name in ("time", "actual", "predicted"):
        np.testing.assert_array_equal(getattr(end, name), getattr(whole, name)[-shown:])
    assert end.validation_start == max(0, VALIDATION_START - (N - shown))
    assert end.test_start == max(0, TEST_START - (N - shown))


def test_errors_are_those_of_the_forecast_on_each_part(trainer):
    one = trainer()
    trained(one, 20)
    error = one.forecast().predicted - SERIES
    parts = {
        "train": error[T:VALIDATION_START],
        "validation": error[VALIDATION_START:TEST_START],
        "test": error[TEST_START:],
    }
    for part, errors in parts.items():
        assert one.errors(part).rmse == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-12)
    scale = SERIES[:VALIDATION_START].std()
    assert one.errors("validation").loss == pytest.approx(
        np.mean((parts["validation"] / scale) ** 2)
    )


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


@pytest.mark.parametrize("loss_at", ["last", "every"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_training_is_that_of_the_oracle_on_the_same_windows(trainer, cell, optimizer, loss_at):
    one = trainer(model={"cell": cell}, optimizer=optimizer, loss_at=loss_at, clip=0.5, seed=7)
    before = parameters_of(one)
    sampler = BatchSampler(np.arange(VALIDATION_START - T), 8, random_streams(7)[1])
    starts = sampler.take(4)
    assert len(starts) == 4
    parameters, losses, norms = oracle.train(
        cell, before, optimizer, SCALED[:-1], SCALED[1:], starts,
        T=T, first=T - 1 if loss_at == "last" else 0, learning_rate=one.learning_rate,
        threshold=0.5,
    )  # fmt: skip
    burst = one.train(4)
    np.testing.assert_allclose(burst.loss, losses, rtol=1e-11)
    np.testing.assert_allclose(burst.gradient_norm, norms, rtol=1e-11)
    for name, value in parameters_of(one).items():
        np.testing.assert_allclose(value, parameters[name], rtol=1e-8, atol=1e-11)


def test_a_burst_crosses_epochs_and_says_where(trainer):
    one = trainer()  # 50 windows to train on: 6 batches of 8
    assert one.steps_to_evaluation == 12  # ten steps apart at least
    burst = one.train(8)
    assert (len(burst.loss), burst.epoch, burst.epoch_starts) == (8, 2, (6,))
    assert one.steps_to_evaluation == 4
    burst = one.train(17)
    assert (len(burst.loss), burst.epoch, burst.epoch_starts) == (17, 5, (4, 10, 16))
    assert one.train(2).epoch_starts == ()
    assert one.steps_to_evaluation == 9


def test_the_epoch_is_that_of_the_last_step_taken_where_training_breaks_down(trainer):
    one = trainer(optimizer="sgd", clip=0)
    one.train(5)
    one.learning_rate = 1e3
    burst = one.train(100)
    assert burst.fault is not None
    last = 5 + len(burst.loss)
    assert 6 < last < 94
    assert burst.epoch == (last - 1) // 6 + 1
    assert burst.epoch_starts == tuple(range(1, len(burst.loss), 6))


def test_bursts_of_any_length_train_alike(trainer):
    whole, parts = trainer(), trainer()
    together = whole.train(20).loss
    apart = np.concatenate([parts.train(count).loss for count in (1, 7, 12)])
    np.testing.assert_array_equal(together, apart)
    np.testing.assert_array_equal(whole.model.parameters, parts.model.parameters)


def test_the_learning_rate_can_change_between_bursts(trainer):
    one = trainer(optimizer="sgd")
    one.learning_rate = 1e-12
    before = one.model.parameters.copy()
    one.train(6)
    np.testing.assert_allclose(one.model.parameters, before, atol=1e-11)
    one.learning_rate = 0.5
    one.train(6)
    assert np.abs(one.model.parameters - before).max() > 1e-3


def test_a_burst_cannot_be_written(trainer):
    burst = trainer().train(3)
    assert not burst.loss.flags.writeable
    assert not burst.gradient_norm.flags.writeable


@pytest.mark.parametrize("cell", CELLS)
def test_a_loss_that_is_not_finite_is_a_fault_in_words(trainer, cell):
    one = trainer(model={"cell": cell})
    one.train(3)
    set_all(one, W_hy=np.nan)
    before = one.model.parameters.tobytes()
    burst = one.train(3)
    assert burst.fault == "the loss was not finite at step 4"
    assert len(burst.loss) == 1
    assert one.step == 4
    assert one.model.parameters.tobytes() == before
    assert one.errors("validation").rmse == np.inf
    assert one.errors("validation").loss == np.inf


def test_a_gradient_that_is_not_finite_is_a_fault_in_words(trainer):
    one = trainer(model={"cell": "rnn", "dtype": "float32"})
    set_all(one, W_hh=1e30, W_hy=1)  # at rest, so that the loss says nothing
    before = one.model.parameters.tobytes()
    burst = one.train(3)
    assert burst.fault == "the gradient was not finite at step 1"
    assert np.isfinite(burst.loss).all()
    assert one.model.parameters.tobytes() == before


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_learning_rate_of_a_million_is_a_fault_and_no_crash(trainer, cell, optimizer, dtype):
    one = trainer(
        model={"cell": cell, "dtype": dtype}, optimizer=optimizer, learning_rate=1e6, clip=1.0
    )
    faults = [one.train(1).fault for _ in range(30)]
    step = next(k for k, fault in enumerate(faults, 1) if fault is not None)
    assert faults[step - 1].startswith("the ")
    assert faults[step - 1].endswith(f" at step {step}")
    assert np.isfinite(one.model.parameters).all()


@pytest.mark.parametrize("cell", CELLS)
def test_the_trace_shows_the_last_window_of_the_validation_part(trainer, cell):
    one = trainer(model={"cell": cell})
    trained(one, 20)
    trace = one.trace()
    assert trace.start + T == TEST_START - 1
    x = SCALED[trace.start : trace.start + T, np.newaxis]
    zero = np.zeros((1, 5))
    wanted = oracle.forward(cell, parameters_of(one), x, zero, zero)
    shown = {"h": wanted.h[1:]} | wanted.gates | ({"c": wanted.c[1:]} if cell in LSTMS else {})
    if cell == "rnn":
        shown[SLOPE] = 1 - wanted.h[1:] ** 2
    assert trace.gates.keys() == shown.keys()
    for name, values in shown.items():
        np.testing.assert_allclose(trace.gates[name], values[:, 0], rtol=1e-6, atol=1e-7)
        assert not trace.gates[name].flags.writeable


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_flow_is_that_of_the_last_step_and_is_kept(trainer, cell):
    one = trainer(model={"cell": cell}, seed=7)
    before = parameters_of(one)
    one.train(1)
    starts = BatchSampler(np.arange(VALIDATION_START - T), 8, random_streams(7)[1]).take(1)[0]
    zero = np.zeros((8, 5))
    x, target = (oracle.windows(a, starts, T) for a in (SCALED[:-1], SCALED[1:]))
    trace = oracle.forward(cell, before, x, zero, zero)
    _, dy = oracle_rules.mse(trace.y, target, T - 1)
    wanted = oracle.backward(cell, before, x, trace, dy, zero, zero)
    flow = one.gradient_flow()
    kept = flow.hidden.copy()
    np.testing.assert_allclose(flow.hidden, wanted.dh_norm, rtol=1e-10)
    if cell in LSTMS:
        np.testing.assert_allclose(flow.cell, wanted.dc_norm, rtol=1e-10)
    else:
        assert flow.cell is None
    one.train(1)
    np.testing.assert_array_equal(flow.hidden, kept)


def test_the_free_running_forecast_of_the_test_part_is_fed_with_itself(trainer):
    one = trainer()
    trained(one, 20)
    plain, with_free = one.forecast(), one.forecast(free=True)
    assert plain.free is None
    np.testing.assert_array_equal(plain.predicted, with_free.predicted)
    first = with_free.test_start
    assert np.isnan(with_free.free[:first]).all()
    assert np.isfinite(with_free.free[first:]).all()
    assert with_free.free[first] == pytest.approx(with_free.predicted[first], rel=1e-5)
    assert not np.allclose(with_free.free[first + 1 :], with_free.predicted[first + 1 :])
    assert not with_free.free.flags.writeable


@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_the_gradient_flow_has_every_layer(trainer, cell):
    started = trainer(model={"hidden_size": 4, "layers": 3, "cell": cell})
    started.train(3)
    flow, layers = started.gradient_flow(), started._trained.layers
    assert len(flow.below) == 2
    assert flow.layers[-1] is flow
    for norms, states in zip(flow.layers, layers, strict=True):
        assert norms.hidden.tolist() == states.dh_norm.tolist()
        assert (norms.cell is None) == (cell == "rnn")
    assert len({norms.hidden[0] for norms in flow.layers}) == 3


@pytest.mark.parametrize("cell", CELLS)
def test_flow_and_trace_of_every_layer_are_those_of_the_textbook(trainer, cell):
    layers = 3
    one = trainer(model={"cell": cell, "layers": layers}, seed=7)
    before = parameters_of(one)
    one.train(1)
    starts = BatchSampler(np.arange(VALIDATION_START - T), 8, random_streams(7)[1]).take(1)[0]
    zero = np.zeros((layers, 8, 5))
    x, target = (oracle.windows(a, starts, T) for a in (SCALED[:-1], SCALED[1:]))
    traces = oracle.forward_layers(cell, before, x, zero, zero)
    _, dy = oracle_rules.mse(traces[-1].y, target, T - 1)
    wanted = oracle.backward_layers(cell, before, x, traces, dy, zero, zero)
    flow = one.gradient_flow()
    assert len(flow.layers) == layers
    for shown, own in zip(flow.layers, wanted, strict=True):
        np.testing.assert_allclose(shown.hidden, own.dh_norm, rtol=1e-9)
        if cell in LSTMS:
            np.testing.assert_allclose(shown.cell, own.dc_norm, rtol=1e-9)
        else:
            assert shown.cell is None
    trace = one.trace()
    x = SCALED[trace.start : trace.start + T, np.newaxis]
    traces = oracle.forward_layers(cell, parameters_of(one), x, zero[:, :1], zero[:, :1])
    for shown, own in zip(trace.layers, traces, strict=True):
        assert shown.start == trace.start
        for name, values in (own.gates | {"h": own.h[1:]}).items():
            np.testing.assert_allclose(shown.gates[name], values[:, 0], rtol=1e-6, atol=1e-7)
