"""A form as text, at every size."""

from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.config import RunConfig
from rnn_tui.tui.form.drawing import body_height, draw_body, shorten
from rnn_tui.tui.form.fields import Field, config_fields, texts_of
from rnn_tui.tui.form.state import Form

ALL = Form.of(config_fields(), texts_of(RunConfig()))


def text(rows):
    return ["".join(piece.text for piece in row) for row in rows]


def reversed_in(rows):
    return [piece.text for row in rows for piece in row if piece.reverse]


def test_the_whole_form_where_there_is_room():
    height = body_height(ALL)
    lines = text(draw_body(ALL, {}, 80, height))
    assert lines[0] == " Network"
    assert lines[1].split()[:2] == ["→", "cell"]
    assert any(line.startswith("   batch size ") and line.endswith("32") for line in lines)
    assert all(any(field.label in line for line in lines) for field in ALL.fields)
    assert lines[-1].strip() != ""


def test_the_choice_and_the_selected_text_are_marked():
    rows = draw_body(ALL, {}, 80, 10)
    assert reversed_in(rows) == ["lstm"]
    hidden = ALL.to_key("model.hidden_size")
    assert reversed_in(draw_body(hidden, {}, 80, 10)) == ["32"]
    assert reversed_in(draw_body(hidden.moved(1), {}, 80, 10)) == [" "]


def test_choices_that_do_not_fit_are_shown_one_at_a_time():
    field = Field("k", "k", choices=("first-choice", "second-choice", "third-choice"))
    form = Form.of((field,), {"k": "second-choice"})
    assert "←" not in text(draw_body(form, {}, 80, 1))[0]
    assert "← second-choice →" in text(draw_body(form, {}, 30, 1))[0]


def test_a_fault_stands_beside_its_field_or_below_where_there_is_no_room():
    faults = {"model.hidden_size": "must be greater than or equal to 1, not 0"}
    wide = text(draw_body(ALL, faults, 100, 10))
    assert any("hidden size" in line and "✗ must be greater" in line for line in wide)
    narrow = text(draw_body(ALL, faults, 50, 10))
    place = next(n for n, line in enumerate(narrow) if "hidden size" in line)
    assert "✗" not in narrow[place]
    assert narrow[place + 1].strip().startswith("✗ must be greater")


def test_all_of_a_fault_below_its_field_is_in_sight():
    fault = "must be the name of a series, of which there are sunspots, nile, co2, elnino"
    for place in (0, 9, len(ALL.fields) - 1):
        form = ALL.to_field(place)
        shown = " ".join(text(draw_body(form, {form.current.key: fault}, 40, 5)))
        assert fault in " ".join(shown.split())


def test_names_are_cut_word_by_word():
    assert shorten("input chunk length", 18) == "input chunk length"
    assert shorten("input chunk length", 11) == "inp chu len"
    assert shorten("test size", 8) == "tes size"
    assert shorten("input chunk length", 3) == "i c"


def test_what_was_changed_has_a_mark():
    lines = text(draw_body(ALL.to_key("model.hidden_size").typed("8"), {}, 80, 10))
    assert any(line.startswith("→• hidden size") for line in lines)


def test_a_long_text_is_shown_around_its_cursor():
    form = Form.of((Field("k", "file"),), {"k": "/a/very/long/path/" * 6 + "end.csv"}).moved(1)
    assert "end.csv" in text(draw_body(form, {}, 40, 1))[0]
    start = form.at_edge(end=False)
    assert "/a/very" in text(draw_body(start, {}, 40, 1))[0]


@given(st.integers(1, 120), st.integers(1, 40), st.integers(0, 30), st.booleans())
def test_the_field_in_focus_is_always_to_be_seen(width, height, place, with_faults):
    form = ALL.to_field(place)
    faults = {field.key: "must be something else" for field in form.fields} if with_faults else {}
    rows = draw_body(form, faults, width, height)
    assert len(rows) == height
    assert any(row and row[0].text == "→" for row in rows)
