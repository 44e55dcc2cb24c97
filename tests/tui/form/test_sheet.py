"""A whole form at every size: what is filled in, and what is wrong, can always be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.config import RunConfig
from rnn_tui.tui.form.fields import Field, config_fields, texts_of
from rnn_tui.tui.form.sheet import Sheet, draw_sheet, fields_seen, wanted_height
from rnn_tui.tui.form.state import Form

ALL = Form.of(config_fields(), texts_of(RunConfig()))
FAULT = "must be an integer, not 'none'"
WRONG = ALL.to_key("model.hidden_size").typed("none")
ONE = Form.of((Field("goal", "until", default="no goal", help="A step, or a loss."),), {"goal": ""})


def lines(form, width, height, *, faults=None, **around):
    around = {"title": "Edit and begin anew", "confirm": "begins anew"} | around
    rows = draw_sheet(Sheet(form, faults=faults or {}, **around), width, height)
    return ["".join(piece.text for piece in row) for row in rows]


def test_twenty_by_five_has_names_values_a_note_and_the_way_out():
    assert lines(ALL, 20, 5) == [
        "→ cell     ← lstm →",
        "  hid size 32",
        "  layers   1",
        " rnn, rnn-relu, …",
        " Enter ok  Esc leave",
    ]


def test_twenty_by_five_says_all_of_what_is_wrong_beside_the_value():
    said = lines(WRONG, 20, 5, faults={"model.hidden_size": FAULT})
    assert said[0].rstrip() == "→✗hid size none"
    assert said[2:] == [" ✗ must be an", " integer, not", " 'none'"]


def test_a_fault_of_another_field_is_counted_and_its_field_is_marked():
    said = lines(WRONG.to_field(2), 20, 5, faults={"model.hidden_size": FAULT})
    assert said[0].rstrip() == " ✗hid size none"
    assert said[3] == " ✗ 1 to mend"


@pytest.mark.parametrize("size", [(40, 10), (60, 16), (80, 24)])
def test_larger_ones_have_title_values_and_faults_in_their_place(size):
    said = lines(WRONG, *size, faults={"model.hidden_size": FAULT})
    assert said[0].startswith(" Edit and begin anew")
    place = next(n for n, line in enumerate(said) if line.startswith("→• hidden size"))
    assert "none" in said[place]
    assert FAULT in said[place] + said[place + 1]
    assert said[-1].startswith(" Enter begins anew")
    assert said[-1].endswith("Esc leave")


@pytest.mark.parametrize("size", [(40, 10), (60, 16), (80, 24)])
def test_fields_out_of_sight_are_counted_beside_the_title(size):
    for place in (0, len(ALL.fields) // 2, len(ALL.fields) - 1):
        form = ALL.to_field(place)
        seen = fields_seen(Sheet(form, "Edit and begin anew", "begins anew"), *size)
        said = lines(form, *size)[0]
        above, below = min(seen), len(ALL.fields) - 1 - max(seen)
        assert above + below > 0
        assert (f"↑ {above} " in said) is (above > 0)
        assert (f"↓ {below} " in said) is (below > 0)
        assert said.endswith(" more")
    assert lines(ALL, 80, wanted_height(ALL))[0] == " Edit and begin anew"


def test_a_fault_that_belongs_to_no_field_is_said_too():
    assert "no memory" in " ".join(lines(ALL, 20, 5, faults={"": "there is no memory"}))


def test_what_one_waits_for_is_said_at_every_size():
    for size in ((20, 5), (40, 10), (80, 24)):
        said = " ".join(" ".join(lines(ALL, *size, busy="Reading the series …")).split())
        assert "Reading the series …" in said


def test_one_field_has_its_title_where_there_is_a_row_for_it():
    assert lines(ONE, 20, 5, title="Run until")[0] == " Run until"
    assert lines(ONE, 80, wanted_height(ONE), title="Run until", confirm="goes on") == [
        " Run until",
        "→  until  no goal",
        " A step, or a loss.",
        "",
        " Enter goes on  Esc leave",
    ]


def test_the_keys_are_those_of_the_user():
    keys = {"form-confirm": "f2", "form-leave": "f3", "form-jump": "f4"}
    last = lines(ALL, 80, 24, keys=keys)[-1]
    assert last == " f2 begins anew  Tab ↑ ↓ field  ← → choice  f4 jump  f3 leave"


@given(st.integers(1, 100), st.integers(1, 60), st.integers(0, 60), st.booleans(), st.booleans())
def test_the_field_in_focus_is_in_sight_and_where_it_is_said_to_be(
    width, height, place, is_one, is_wrong
):
    form = ONE if is_one else ALL.to_field(place)
    faults = {form.current.key: FAULT} if is_wrong else {}
    said = lines(form, width, height, faults=faults)
    assert len(said) == height
    seen = fields_seen(Sheet(form, "Edit", "begins", faults), width, height)
    assert form.focus in seen
    for shown, row in seen.items():
        assert said[row].startswith("→" if shown == form.focus else " ")
