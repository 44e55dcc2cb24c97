"""The form that edits a run: what is typed, what is wrong with it, what begins then."""

import pytest

from rnn_tui.config import RunConfig, build_config
from rnn_tui.tui.form.fields import texts_of
from rnn_tui.tui.screens.dialogs import _series_faults
from tests.tui.hands import stops, until, write


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (120, 40), (40, 8), (20, 5), (20, 4)])
async def test_the_edit_form_fits_and_follows_the_focus(show, size):
    async with show(size=size) as shown:
        await shown.press("e")
        wide = size[0] > 20
        assert ("→  cell" if wide else "→ cell") in shown.text
        assert "lstm" in shown.text
        await shown.press("up")
        assert wide or "  val size the data…" in shown.text
        assert ("→  test size" if wide else "→ tes size the datas") in shown.text
        assert "cell" not in shown.text or size[1] > 30
        assert all(len(line) == size[0] for line in shown.lines)
        await shown.press("escape")
        assert shown.session is shown.first
        assert stops(shown.first) == []


async def test_a_setting_is_changed_on_twenty_by_five(show):
    async with show(size=(20, 5)) as shown:
        await shown.press("e", "down")
        await write(shown, "none")
        assert "→✗hid size none" in shown.text
        assert "✗ must be an" in shown.text
        await write(shown, "16")
        assert "→•hid size 16" in shown.text
        assert "✗" not in shown.text
        await shown.press("enter")
        await until(shown, lambda: shown.session is not shown.first)
        assert shown.session.config.model.hidden_size == 16


async def test_edit_begins_anew_with_what_was_filled_in(show):
    async with show() as shown:
        await shown.press("e", "left", "down")
        await write(shown, "16")
        await shown.press("enter")
        await until(shown, lambda: shown.session is not shown.first)
        assert shown.session.config.model.cell != shown.first.config.model.cell
        assert shown.session.config.model.hidden_size == 16
        assert ("give_up", None) in shown.first.calls
        await shown.settle()
        assert "Begun anew, as edited." in shown.reading


async def test_edit_holds_what_was_changed_while_it_trained_and_the_display(show):
    config = build_config({"display": {"fps": 3}, "data": {"test_size": 0.2}})
    async with show() as shown:
        shown.first.config = config
        await shown.press("plus", "e", "enter")
        await until(shown, lambda: shown.session is not shown.first)
        begun = shown.session.config
        assert begun.training.learning_rate == pytest.approx(3.75e-3)
        training = config.training.model_copy(
            update={"learning_rate": begun.training.learning_rate}
        )
        assert begun == config.model_copy(update={"training": training})


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("model.hidden_size", "many", "✗ must be an integer, not 'many'"),
        ("data.input_chunk_length", "0", "✗ must be greater than or equal to 1, not 0"),
        ("data.dataset", "sunspot", "✗ no such series. Did you mean 'sunspots'?"),
        ("training.learning_rate", "-1", "✗ must be greater than 0, not -1.0"),
    ],
)
async def test_a_fault_is_said_beside_its_field_while_one_types(show, key, typed, said):
    async with show(size=(100, 50)) as shown:
        await shown.press("e")
        view = shown.app.screen.query_one("FormView")
        view.form = view.form.to_key(key)
        await write(shown, typed)
        label = key.partition(".")[2].replace("_", " ")
        assert any(label in line and said in line for line in shown.lines)
        await shown.press("enter")
        assert shown.session is shown.first
        await write(shown, "")
        assert "✗" not in shown.text


async def test_settings_that_do_not_go_together_are_named_at_both(show):
    async with show(size=(100, 50)) as shown:
        await shown.press("e")
        view = shown.app.screen.query_one("FormView")
        view.form = view.form.to_key("data.dataset").typed("sine").to_key("data.file")
        await write(shown, "a.csv")
        assert shown.text.count("✗ dataset and file exclude each other") == 2


async def test_a_series_that_cannot_be_read_is_said_and_the_run_goes_on(show):
    async with show(size=(100, 50)) as shown:
        await shown.press("e")
        view = shown.app.screen.query_one("FormView")
        view.form = view.form.to_key("data.file")
        await write(shown, "nowhere.csv")
        await shown.press("enter")
        await until(shown, lambda: "✗" in shown.text)
        assert any(
            "file" in line and "nowhere.csv ✗" in " ".join(line.split()) for line in shown.lines
        )
        assert stops(shown.first) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"file": "no/such.csv"}, ("data.file", "no such file")),
        (
            {"dataset": "sunspots", "test_size": "1950-01-01"},
            ("data.test_size", "expected a share"),
        ),
        ({"test_size": "1950-01-01"}, ("data.test_size", "sunspots: --test-size")),
        ({"column": ("humidity",), "dataset": "macrodata"}, ("data.dataset", "no column humidity")),
        ({"length": 50}, ("data.dataset", "is a series of measurements")),
        ({"input_chunk_length": 5000}, ("data.input_chunk_length", "")),
    ],
)
def test_what_is_wrong_with_a_series_is_said_at_the_field_that_it_names(data, expected):
    texts = texts_of(build_config({"data": data}))
    [(key, fault)] = _series_faults(texts).items()
    assert key == expected[0]
    assert fault.startswith(expected[1])
    assert fault


def test_a_series_that_can_be_read_has_no_fault():
    assert _series_faults(texts_of(RunConfig())) == {}
