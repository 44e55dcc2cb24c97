"""Every array argument of every public function: wrong type, shape, dtype, layout, read-only."""

import numpy as np
import pytest

from tests.kernels.calls import INPUTS, LOSSES, OUTPUTS, sound_calls

# These set what the others are compared with: any float dtype, or any length, will do.
CLIPPING = {("clip_by_global_norm", "gradient"), ("clip_by_value", "gradient")}
OUTPUT = {(name, "y") for name in LOSSES}
SETS_THE_DTYPE = {("step", "parameters")} | OUTPUT | CLIPPING
ANY_LENGTH = {("predict", "starts")} | OUTPUT | CLIPPING
SPECIAL = {"starts": "int64", "losses": "float64", "norms": "float64"}


def pairs(table):
    return [(function, argument) for function, names in table.items() for argument in names]


BOTH = pairs(INPUTS) + pairs(OUTPUTS)


def complaint(function, argument, value):
    """Return the message of the ValueError that a spoiled argument raises; no array has changed."""
    call, arguments = sound_calls()[function]
    arguments[argument] = value(arguments[argument])
    arrays = {k: v for k, v in arguments.items() if isinstance(v, np.ndarray)}
    before = {name: array.tobytes() for name, array in arrays.items()}
    with pytest.raises(ValueError) as raised:  # noqa: PT011  the message is what is tested
        call(**arguments)
    assert {name: array.tobytes() for name, array in arrays.items()} == before
    return str(raised.value)


@pytest.mark.parametrize("function", sound_calls())
def test_the_calls_are_sound_before_they_are_spoiled(function):
    call, arguments = sound_calls()[function]
    call(**arguments)


@pytest.mark.parametrize(("function", "argument"), BOTH)
def test_something_that_is_no_array(function, argument):
    message = complaint(function, argument, lambda array: array.tolist())
    assert message == f"{argument}: got list, expected a NumPy array"


@pytest.mark.parametrize(("function", "argument"), BOTH)
def test_another_dtype(function, argument):
    wanted = SPECIAL.get(argument, "float32")
    if (function, argument) == ("cross_entropy", "target"):
        wanted = "int64"
    if (function, argument) in SETS_THE_DTYPE:
        wanted = "float32 or float64"
    message = complaint(function, argument, lambda array: np.zeros(array.shape, np.int32))
    assert message == f"{argument}: got dtype int32, expected {wanted}"


@pytest.mark.parametrize(("function", "argument"), [p for p in BOTH if p not in SETS_THE_DTYPE])
def test_the_other_precision(function, argument):
    _, arguments = sound_calls()[function]
    right = arguments[argument].dtype
    wrong = np.float64 if right == np.float32 else np.float32
    message = complaint(function, argument, lambda array: array.astype(wrong))
    assert message == f"{argument}: got dtype {np.dtype(wrong)}, expected {right}"


@pytest.mark.parametrize(("function", "argument"), [p for p in BOTH if p not in SETS_THE_DTYPE])
def test_the_other_byte_order(function, argument):
    swapped = sound_calls()[function][1][argument].dtype.newbyteorder()
    message = complaint(function, argument, lambda array: array.astype(swapped))
    assert message.startswith(f"{argument}: got dtype {swapped}, expected ")


@pytest.mark.parametrize(("function", "argument"), [p for p in BOTH if p not in ANY_LENGTH])
def test_one_column_too_many(function, argument):
    shape = sound_calls()[function][1][argument].shape
    wrong = (*shape[:-1], shape[-1] + 1)
    message = complaint(function, argument, lambda array: np.zeros(wrong, array.dtype))
    assert message.startswith(f"{argument}: got shape {wrong}, expected (")
    assert f"{shape[-1]}" in message.partition("expected")[2]


@pytest.mark.parametrize(("function", "argument"), BOTH)
@pytest.mark.parametrize("dimensions", ["none", "one more"])
def test_another_number_of_dimensions(function, argument, dimensions):
    _, arguments = sound_calls()[function]
    shape = () if dimensions == "none" else (*arguments[argument].shape, 1)
    message = complaint(function, argument, lambda array: np.zeros(shape, array.dtype))
    assert message.startswith(f"{argument}: got shape {shape}, expected (")


@pytest.mark.parametrize(("function", "argument"), BOTH)
def test_rows_with_gaps(function, argument):
    message = complaint(function, argument, lambda array: np.repeat(array, 2, axis=-1)[..., ::2])
    assert message.startswith(f"{argument}: got strides (")
    assert "expected contiguous rows (C order); np.ascontiguousarray makes them so" in message


@pytest.mark.parametrize(
    ("function", "argument"),
    [(f, a) for f, a in BOTH if sound_calls()[f][1][a].ndim > 1],  # a vector has one order only
)
def test_columns_before_rows(function, argument):
    message = complaint(function, argument, np.asfortranarray)
    assert message.startswith(f"{argument}: got strides (")
    assert "expected contiguous rows" in message


@pytest.mark.parametrize(("function", "argument"), BOTH)
def test_numbers_between_two_addresses(function, argument):
    def shifted(array):
        buffer = b"\0" + array.tobytes() + b"\0" * array.itemsize
        wrong = np.frombuffer(bytearray(buffer), array.dtype, array.size, offset=1)
        return wrong.reshape(array.shape)

    message = complaint(function, argument, shifted)
    assert message.startswith(f"{argument}: got ")
    assert "aligned" in message


@pytest.mark.parametrize(("function", "argument"), pairs(OUTPUTS))
def test_a_result_that_cannot_be_written(function, argument):
    def frozen(array):
        array = array.copy()
        array.flags.writeable = False
        return array

    message = complaint(function, argument, frozen)
    assert message == f"{argument}: got a read-only array, expected one that can be filled"


@pytest.mark.parametrize(("function", "argument"), [("step", "c"), ("step", "c_out")])
def test_an_lstm_without_a_cell_state(function, argument):
    message = complaint(function, argument, lambda _: None)
    assert message == f"{argument}: got NoneType, expected a NumPy array"
