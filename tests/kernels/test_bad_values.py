"""Arguments of the right type that do not fit: each message names the argument, what came, what was
expected, and nothing has changed by then.
"""

import numpy as np
import pytest

from rnn_kernels import (
    Network,
    Optimizer,
    Workspace,
    compile_kernels,
    initialise,
    parameter_size,
    unpack,
)
from tests.kernels.calls import STEPS, B, D, H, N, O, T, sound_calls

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


@pytest.mark.parametrize("function", ["forward", "backward", "mse", "train_steps"])
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
    ("function", "name"), [("train_steps", "clip"), ("clip_by_global_norm", "threshold")]
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
def test_outputs_that_are_none(y):
    message = complaint("mse", y=y)
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
def test_kernels_for_no_threads(value):
    message = complaint_of(compile_kernels, network=NETWORK, dtype=np.float32, threads=value)
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
