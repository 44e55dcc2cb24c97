"""Arguments of the right type that do not fit: each message names the argument, what came, what was
expected, and nothing has changed by then.
"""

import numpy as np
import pytest

from rnn_kernels import (
    Loss,
    Network,
    Optimizer,
    Schedule,
    Workspace,
    compile_kernels,
    initialise,
    parameter_size,
    unpack,
)
from tests.kernels.calls import LOSSES, STEPS, B, D, H, N, O, T, sound_calls

NETWORK = Network(cell="lstm", input_size=D, hidden_size=H, output_size=O)
SIZE = parameter_size(NETWORK, np.float32)
OTHER = Network(cell="lstm", input_size=D, hidden_size=H + 20, output_size=O)
PLAIN = Network(cell="rnn", input_size=D, hidden_size=H, output_size=O)


def complaint_of(call, **arguments):
    with pytest.raises(ValueError) as raised:  # noqa: PT011  the message is what is tested
        call(**arguments)
    return str(raised.value)


def complaint(function, cell="lstm", **spoiled):
    call, arguments = sound_calls(cell=cell)[function]
    arguments |= spoiled
    arrays = {k: v for k, v in arguments.items() if isinstance(v, np.ndarray)}
    before = {name: array.tobytes() for name, array in arrays.items()}
    message = complaint_of(call, **arguments)
    assert {name: array.tobytes() for name, array in arrays.items()} == before
    return message


@pytest.mark.parametrize("function", ["forward", "backward", *LOSSES, "train_steps"])
@pytest.mark.parametrize("first", [-1, T, 10**12, 1.0, None, np.nan])
def test_a_first_timestep_outside_the_window(function, first):
    message = complaint(function, first=first)
    assert message == f"first: got {first!r}, expected a timestep from 0 to {T - 1}"


@pytest.mark.parametrize("function", ["forward", "backward", "train_steps", "predict"])
@pytest.mark.parametrize("network", [OTHER, PLAIN])
def test_a_workspace_of_another_network(function, network):
    workspace = Workspace(network, timesteps=T, batch_size=B, dtype=np.float32)
    message = complaint(function, workspace=workspace)
    assert message == f"workspace: got one for {network}, expected {NETWORK}"


@pytest.mark.parametrize("function", ["forward", "backward", "train_steps", "predict"])
def test_a_workspace_of_another_dtype(function):
    workspace = Workspace(NETWORK, timesteps=T, batch_size=B, dtype=np.float64)
    message = complaint(function, workspace=workspace)
    assert message == "parameters: got dtype float32, expected float64"


def test_an_equal_network_is_the_same_network():
    call, arguments = sound_calls()["forward"]
    twin = Network(cell="lstm", input_size=D, hidden_size=H, output_size=O)
    assert twin is not arguments["network"]
    call(**arguments | {"network": twin})


@pytest.mark.parametrize("function", ["forward", "backward", "step", "train_steps", "predict"])
def test_parameters_of_another_network(function):
    parameters = initialise(OTHER, np.random.default_rng(0), np.float32)
    message = complaint(function, parameters=parameters)
    assert (
        message
        == f"parameters: got shape ({parameter_size(OTHER, np.float32)},), expected ({SIZE})"
    )


@pytest.mark.parametrize("function", ["backward", "train_steps"])
def test_a_gradient_in_the_memory_of_the_parameters(function):
    parameters = sound_calls()[function][1]["parameters"]
    message = complaint(function, parameters=parameters, gradient=parameters)
    assert message == "gradient: got memory of parameters, expected an array of its own"


def test_a_gradient_of_a_cell_state_that_an_rnn_does_not_have():
    message = complaint("backward", cell="rnn", dc_T=np.zeros((B, H), np.float32))
    assert message == "dc_T: got an array, expected None: rnn has no cell state"


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [
        ("train_steps", -1, 0),
        ("train_steps", 0, N - T + 1),
        ("train_steps", np.iinfo(np.int64).min, np.iinfo(np.int64).max),
        ("predict", -1, 0),
        ("predict", 0, N - T + 1),
        ("predict", np.iinfo(np.int64).min, np.iinfo(np.int64).max),
    ],
)
def test_windows_that_leave_the_series(function, low, high):
    starts = np.zeros_like(sound_calls()[function][1]["starts"])
    starts[1], starts[-1] = low, high
    message = complaint(function, starts=starts)
    assert message == (
        f"starts: got {low} to {high}, expected 0 to {N - T}: "
        f"windows of {T} timesteps in a series of {N}"
    )


@pytest.mark.parametrize("function", ["train_steps", "predict"])
def test_a_series_shorter_than_a_window(function):
    short = {"series": np.zeros((T - 1, D), np.float32)}
    if function == "train_steps":
        short["targets"] = np.zeros((T - 1, O), np.float32)
    message = complaint(function, **short)
    assert message == (
        f"series: got {T - 1} timesteps, expected at least {T}: the length of a window"
    )


def test_targets_of_another_length_than_the_series():
    message = complaint("train_steps", targets=np.zeros((N - 1, O), np.float32))
    assert message == f"targets: got shape ({N - 1}, {O}), expected ({N}, {O})"


@pytest.mark.parametrize("name", ["losses", "norms"])
def test_results_of_another_length_than_the_steps(name):
    message = complaint("train_steps", **{name: np.zeros(STEPS + 1)})
    assert message == f"{name}: got shape ({STEPS + 1},), expected ({STEPS})"


def test_samples_that_do_not_agree_in_number():
    message = complaint("step", x=np.zeros((B + 1, D), np.float32))
    assert message == f"h: got shape ({B}, {H}), expected ({B + 1}, {H})"


@pytest.mark.parametrize("function", ["train_steps", "update"])
@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf, -np.inf, "fast", None])
def test_a_learning_rate_that_is_not_above_zero(function, rate):
    message = complaint(function, learning_rate=rate)
    assert message == f"learning_rate: got {rate!r}, expected a finite number above 0"


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        (np.full(STEPS, np.nan), "got nan to nan, expected finite numbers of at least 0"),
        (np.array([0, 1, np.inf, 2]), "got 0.0 to inf, expected finite numbers of at least 0"),
        (np.array([0, 1, -1.5, 2]), "got -1.5 to 2.0, expected finite numbers of at least 0"),
        (np.ones(STEPS + 1), f"got shape ({STEPS + 1},), expected ({STEPS})"),
        (np.ones(STEPS, np.float32), "got dtype float32, expected float64"),
    ],
)
def test_learning_rates_that_are_none(rates, expected):
    assert complaint("train_steps", learning_rate=rates) == f"learning_rate: {expected}"


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("train_steps", "clip"),
        ("train_steps", "clip_value"),
        ("clip_by_global_norm", "threshold"),
        ("clip_by_value", "limit"),
    ],
)
@pytest.mark.parametrize("value", [-1e-9, np.nan, np.inf, "high", None])
def test_a_threshold_below_zero(function, name, value):
    message = complaint(function, **{name: value})
    assert message == f"{name}: got {value!r}, expected a finite number of at least 0"


@pytest.mark.parametrize(("size", "dtype"), [(3, np.float32), (None, np.float64)])
def test_an_optimizer_of_another_size_or_dtype(size, dtype):
    optimizer = Optimizer("adam", size=size or SIZE, dtype=dtype)
    message = complaint("train_steps", optimizer=optimizer)
    assert message == (
        f"optimizer: got one for {optimizer.size} parameters of {np.dtype(dtype)}, "
        f"expected {SIZE} of float32"
    )


@pytest.mark.parametrize("y", [np.zeros((2, 3)), np.zeros((0, 1, 1)), np.zeros((1, 1, 0))])
@pytest.mark.parametrize("function", LOSSES)
def test_outputs_that_are_none(function, y):
    message = complaint(function, y=y)
    assert message == f"y: got shape {y.shape}, expected (T, B, O), all at least 1"


WHOLE = [0, -1, 1.0, 2.5, True, "4", None]


@pytest.mark.parametrize("value", WHOLE)
@pytest.mark.parametrize("name", ["input_size", "hidden_size", "output_size"])
def test_a_network_of_no_size(name, value):
    sizes = {"input_size": 1, "hidden_size": 1, "output_size": 1} | {name: value}
    message = complaint_of(Network, cell="rnn", **sizes)
    assert message == f"{name}: got {value!r}, expected a whole number of at least 1"


def test_a_cell_that_does_not_exist():
    message = complaint_of(Network, cell="gruu", input_size=1, hidden_size=1, output_size=1)
    assert message.startswith("cell: got 'gruu', expected one of ")
    assert "rnn" in message
    assert "lstm" in message


@pytest.mark.parametrize("value", WHOLE)
@pytest.mark.parametrize("name", ["timesteps", "batch_size", "threads"])
def test_a_workspace_of_no_size(name, value):
    sizes = {"timesteps": 1, "batch_size": 1, "threads": 1} | {name: value}
    message = complaint_of(Workspace, network=NETWORK, dtype=np.float32, **sizes)
    assert message == f"{name}: got {value!r}, expected a whole number of at least 1"


@pytest.mark.parametrize("value", WHOLE)
def test_an_optimizer_of_nothing(value):
    message = complaint_of(Optimizer, name="sgd", size=value, dtype=np.float32)
    assert message == f"size: got {value!r}, expected a whole number of at least 1"


def test_an_optimizer_that_does_not_exist():
    message = complaint_of(Optimizer, name="adamm", size=1, dtype=np.float32)
    assert message.startswith("name: got 'adamm', expected one of ")
    assert "adam" in message.partition("expected")[2]


@pytest.mark.parametrize("dtype", [np.float16, np.int64, "complex64", ">f4", None, 32, [1]])
@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (Workspace, {"network": NETWORK, "timesteps": 1, "batch_size": 1}),
        (Optimizer, {"name": "sgd", "size": 1}),
        (initialise, {"network": NETWORK, "rng": np.random.default_rng(0)}),
        (compile_kernels, {"network": NETWORK}),
    ],
)
def test_a_dtype_that_is_neither_float32_nor_float64(call, arguments, dtype):
    message = complaint_of(call, dtype=dtype, **arguments)
    assert message == f"dtype: got {dtype!r}, expected float32 or float64"


@pytest.mark.parametrize("bias", [np.nan, np.inf, -np.inf])
def test_a_forget_bias_that_is_not_finite(bias):
    message = complaint_of(
        initialise,
        network=NETWORK,
        rng=np.random.default_rng(0),
        dtype=np.float32,
        forget_bias=bias,
    )
    assert message == f"forget_bias: got {bias!r}, expected a finite number"


@pytest.mark.parametrize("value", [0, -1, 1.5])
def test_no_threads(value):
    sizes = {"timesteps": 1, "batch_size": 1, "dtype": np.float32}
    message = complaint_of(Workspace, network=NETWORK, **sizes, threads=value)
    assert message == f"threads: got {value!r}, expected a whole number of at least 1"


@pytest.mark.parametrize(
    ("network", "name", "known"),
    [(NETWORK, "z", "i, f, g, o, c, h"), (PLAIN, "i", "h"), (PLAIN, "c", "h")],
)
def test_a_gate_that_the_cell_does_not_have(network, name, known):
    workspace = Workspace(network, timesteps=1, batch_size=1, dtype=np.float32)
    message = complaint_of(workspace.gate, name=name)
    assert message == f"name: got {name!r}, expected one of {known}"


@pytest.mark.parametrize(
    "flat",
    [
        np.zeros(SIZE + 1, np.float32),
        np.zeros((SIZE, 1), np.float32),
        np.zeros((2, SIZE), np.float32),
    ],
)
def test_unpacking_something_else_than_the_parameters(flat):
    message = complaint_of(unpack, network=NETWORK, flat=flat)
    assert message.startswith(f"flat: got shape {flat.shape}, expected ")
    assert str(SIZE) in message.partition("expected")[2]


@pytest.mark.parametrize("delta", [0, -1, np.nan, np.inf, "wide", None])
def test_a_huber_loss_without_a_width(delta):
    message = complaint("huber", delta=delta)
    assert message == f"delta: got {delta!r}, expected a finite number above 0"


@pytest.mark.parametrize(
    "quantiles", [(), (0.0, 0.5), (0.5, 1.0), (0.9, 0.1), (0.5, 0.5), (np.nan, 0.5), ("low",)]
)
def test_quantiles_that_are_none(quantiles):
    message = complaint("quantile_loss", quantiles=quantiles)
    assert message == (f"quantiles: got {quantiles!r}, expected numbers between 0 and 1, ascending")


def test_outputs_that_are_no_multiple_of_the_quantiles():
    message = complaint("quantile_loss", quantiles=(0.1, 0.5, 0.9))
    assert message == f"y: got {O} outputs, expected a multiple of 3: the quantiles"
    message = complaint("train_steps", loss=Loss("quantile", quantiles=(0.1, 0.5, 0.9)))
    assert message == f"outputs: got {O}, expected a multiple of 3: the quantiles"


@pytest.mark.parametrize("bad", [-1, O, np.iinfo(np.int64).min, np.iinfo(np.int64).max])
def test_a_class_that_is_no_output(bad):
    target = np.zeros((T, B), np.int64)
    target[-1, -1] = bad
    message = complaint("cross_entropy", target=target)
    low, high = min(bad, 0), max(bad, 0)
    assert message == f"target: got classes {low} to {high}, expected 0 to {O - 1}"
    targets = np.zeros(N, np.int64)
    targets[T - 1] = bad  # the last that the windows reach
    message = complaint("train_steps", loss=Loss("cross-entropy"), targets=targets)
    assert message == f"targets: got classes {low} to {high}, expected 0 to {O - 1}"


def test_classes_that_no_window_reaches_do_not_matter():
    call, arguments = sound_calls()["train_steps"]
    targets = np.zeros(N, np.int64)
    targets[T:] = -1
    assert call(**arguments | {"loss": Loss("cross-entropy"), "targets": targets}) == STEPS


@pytest.mark.parametrize("call", [Loss, Schedule])
def test_a_loss_or_schedule_that_does_not_exist(call):
    message = complaint_of(call, name="mean")
    assert message.startswith("name: got 'mean', expected one of ")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("steps", 0, "a whole number of at least 1"),
        ("steps", 2.5, "a whole number of at least 1"),
        ("warm_up", -1, "a whole number of at least 1"),
        ("decay", 0, "a finite number above 0"),
        ("decay", 1.5, "a number of at most 1"),
        ("floor", -0.1, "a finite number of at least 0"),
        ("floor", 2, "a number of at most 1"),
        ("floor", np.nan, "a finite number of at least 0"),
    ],
)
def test_a_schedule_out_of_range(name, value, expected):
    message = complaint_of(Schedule, **{name: value})
    assert message == f"{name}: got {value!r}, expected {expected}"


@pytest.mark.parametrize(
    ("rule", "name", "value", "expected"),
    [
        ("sgd", "momentum", 1.0, "a number from 0 to below 1"),
        ("sgd", "momentum", -0.1, "a finite number of at least 0"),
        ("adam", "beta1", 1.0, "a number from 0 to below 1"),
        ("adam", "beta2", np.nan, "a finite number of at least 0"),
        ("adam", "epsilon", 0, "a finite number above 0"),
        ("adamw", "weight_decay", -1, "a finite number of at least 0"),
        ("rmsprop", "smoothing", "much", "a finite number of at least 0"),
    ],
)
def test_an_optimizer_setting_out_of_range(rule, name, value, expected):
    settings = {name: value}
    message = complaint_of(Optimizer, name=rule, size=1, dtype=np.float32, **settings)
    assert message == f"{name}: got {value!r}, expected {expected}"


def test_a_setting_that_the_rule_does_not_have():
    with pytest.raises(ValueError, match="beta1: sgd has no such setting, it has momentum, "):
        Optimizer("sgd", size=1, dtype=np.float32, beta1=0.5)


def test_nesterov_without_momentum():
    with pytest.raises(ValueError, match="nesterov: got True without momentum, expected"):
        Optimizer("sgd", size=1, dtype=np.float32, nesterov=True)


@pytest.mark.parametrize("radius", [0, -1, np.nan, np.inf, "one"])
def test_a_spectral_radius_that_is_not_above_zero(radius):
    message = complaint_of(
        initialise, network=PLAIN, rng=np.random.default_rng(0), dtype=np.float32,
        spectral_radius=radius,
    )  # fmt: skip
    assert message == f"spectral_radius: got {radius!r}, expected a finite number above 0"


@pytest.mark.parametrize(
    ("network", "scheme", "expected"),
    [
        (PLAIN, "he", "scheme: got 'he', expected one of pytorch, glorot, orthogonal, identity"),
        (
            NETWORK,
            "identity",
            "scheme: got 'identity' for the cell lstm, expected a cell without gates",
        ),
    ],
)
def test_a_scheme_that_there_is_not(network, scheme, expected):
    message = complaint_of(
        initialise, network=network, rng=np.random.default_rng(0), dtype=np.float32, scheme=scheme
    )
    assert message == expected
