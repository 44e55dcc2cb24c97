"""Messages of the Python interface speak of arguments, not of the command's options."""

import numpy as np
import pytest

import rnn_tui
from rnn_tui.api.wording import for_python, known_options
from rnn_tui.errors import DataError, ModelFileError, RnnTuiError, SaveError, UsageError
from rnn_tui.options import SETTINGS

WAVE = np.sin(np.arange(300) / 5)
SMALL = {"hidden_size": 4, "steps": 2}


def test_every_option_of_a_run_has_its_argument():
    for setting in SETTINGS:
        section, _, key = setting.key.partition(".")
        if known_options().get(key) == section:
            assert for_python(f"{setting.flag}: too much.") == f"{key}: too much."


def test_what_is_no_option_stays():
    text = "line 3: '--x' or --no-such-thing, a--b, --output f.csv"
    assert for_python(text) == text


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: rnn_tui.load("nope"), ModelFileError, "load nope: no such file."),
        (
            lambda: rnn_tui.Forecaster(**SMALL).fit(WAVE[:10]),
            DataError,
            "What works: input_chunk_length 5 or less",
        ),
        (
            lambda: rnn_tui.Forecaster(**SMALL).fit(np.ones(300)),
            DataError,
            "or make validation_size and test_size smaller.",
        ),
        (lambda: rnn_tui.fit(file="nope.csv", dataset="nile"), UsageError, "fit(): "),
        (
            lambda: rnn_tui.fit(lr=1),
            UsageError,
            "unknown option 'lr' (did you mean learning_rate?)",
        ),
        (lambda: rnn_tui.fit(hidden=1), UsageError, "'hidden' (did you mean hidden_size?)"),
        (lambda: rnn_tui.fit(sedd=1), UsageError, "'sedd' (did you mean seed?)"),
        (lambda: rnn_tui.fit(qqqq=1), UsageError, "unknown option 'qqqq'; known: batch_size"),
        (lambda: rnn_tui.fit(steps=None), UsageError, "steps must be a number, or time_limit"),
        (
            lambda: rnn_tui.Forecaster(**SMALL).fit(WAVE + 1j),
            DataError,
            "complex numbers are not forecast; give their parts as columns.",
        ),
        (
            lambda: rnn_tui.Forecaster(**SMALL).fit(np.ma.masked_less(WAVE, -0.9)),
            DataError,
            "y: row 22, column 0 is nan; every value must be finite",
        ),
    ],
)
def test_messages(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert message in str(error.value)
    assert "--" not in str(error.value)


def test_messages_of_what_has_learned(tmp_path):
    forecaster = rnn_tui.Forecaster(**SMALL).fit(np.ma.array(WAVE))
    with pytest.raises(SaveError, match=r"^save .*: cannot be written: Is a directory"):
        forecaster.save(tmp_path)
    with pytest.raises(UsageError, match=r"^horizon: must be an integer of at least 1, not 0"):
        forecaster.forecast(0)
    with pytest.raises(RnnTuiError, match=r"larger validation_size, a lower level"):
        forecaster.fit_.ahead(3, level=np.float32(0.999))


def test_a_run_that_diverged_names_the_argument():
    run = rnn_tui.fit(steps=9, learning_rate=1e6, clip=0)
    assert run.ended.reason.endswith("as in learning_rate 0.01")


def test_a_time_limit_ends_a_run_without_a_number_of_steps():
    run = rnn_tui.fit(steps=None, time_limit="0.05s", hidden_size=4)
    assert run.ended.reason == "trained for 0.05 s (time_limit)"
    assert run.ended.steps > 0
