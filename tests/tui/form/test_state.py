"""What each key does to a form, without a screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.form.fields import Field
from rnn_tui.tui.form.state import Form

FIELDS = (
    Field("name", "name"),
    Field("cell", "cell", choices=("rnn", "lstm", "lstm-peephole")),
    Field("word", "word", complete=lambda text: "sunspots"[len(text) :]),
)
TEXTS = {"name": "abc", "cell": "lstm", "word": ""}


def form(place=0):
    return Form.of(FIELDS, TEXTS).to_field(place)


def test_what_is_typed_takes_the_place_of_what_was_selected():
    typed = form().typed("x")
    assert (typed.text, typed.cursor) == ("x", 1)
    assert typed.typed("y").text == "xy"


def test_an_arrow_lets_go_of_the_selection():
    assert form().moved(1).typed("x").text == "abcx"
    assert form().moved(-1).typed("x").text == "abxc"
    assert form().at_edge(end=False).typed("x").text == "xabc"
    assert form().at_edge(end=True).moved(5).typed("x").text == "abcx"


def test_erasing_takes_the_selection_or_one_character():
    assert form().erased().text == ""
    assert form().moved(1).erased().text == "ab"
    assert form().at_edge(end=False).erased().text == "abc"
    assert form().at_edge(end=False).erased(forwards=True).text == "bc"
    assert form().moved(1).erased(forwards=True).text == "abc"
    assert form().moved(1).cleared().text == ""


def test_what_cannot_be_seen_is_not_typed():
    assert form().typed("a\x1b\t\nb").text == "ab"


def test_a_choice_goes_round_and_is_taken_by_its_letter():
    chosen = form(1)
    assert [chosen.moved(by).text for by in (1, -1, 2)] == ["lstm-peephole", "rnn", "rnn"]
    assert chosen.typed("r").text == "rnn"
    assert chosen.typed("l").text == "lstm-peephole"
    assert chosen.typed("l").typed("l").text == "lstm"
    assert chosen.typed("x").text == "lstm"
    assert chosen.typed(" ").text == "lstm-peephole"
    assert chosen.at_edge(end=False).text == "rnn"
    assert chosen.at_edge(end=True).text == "lstm-peephole"
    assert chosen.erased().cleared().text == "lstm"


def test_the_right_arrow_takes_over_what_completes_the_text():
    typed = form(2).typed("sun")
    assert typed.rest == "spots"
    assert typed.moved(1).text == "sunspots"
    assert typed.moved(-1).rest == ""
    assert typed.completed().cursor == 8


def test_fields_are_gone_to_round_and_round_and_by_key():
    assert form().to_field(3).focus == 0
    assert form().to_field(-1).focus == 2
    assert form().to_key("cell").focus == 1
    assert form().to_key("none").focus == 0


def test_what_has_changed_is_known_and_can_be_taken_back():
    changed = form(1).moved(1).to_field(0).typed("x")
    assert changed.changed == {"name", "cell"}
    assert changed.to_field(1).moved(-1).changed == {"name"}


EDITS = st.sampled_from(
    [
        lambda one: one.moved(1), lambda one: one.moved(-1), lambda one: one.erased(),
        lambda one: one.erased(forwards=True), lambda one: one.cleared(),
        lambda one: one.at_edge(end=True), lambda one: one.at_edge(end=False),
        lambda one: one.to_field(one.focus + 1), lambda one: one.typed("é"),
        lambda one: one.typed("ab"), lambda one: one.completed(),
    ]
)  # fmt: skip


@given(st.lists(EDITS, max_size=30))
def test_the_cursor_never_leaves_the_text_and_a_choice_is_always_one(edits):
    one = form()
    for edit in edits:
        one = edit(one)
        assert 0 <= one.cursor <= len(one.text)
        assert one.texts["cell"] in FIELDS[1].choices
        assert 0 <= one.focus < 3


@pytest.mark.parametrize("text", ["", "x"])
def test_an_empty_form_can_be_filled_in(text):
    assert Form.empty().typed(text).text == text
