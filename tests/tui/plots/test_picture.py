from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.charts import Ink
from rnn_tui.tui.plots.picture import Frame, Span, Word, fit_words, say, wrap

WORDS = (Word("validation 0.1", short="val 0.1"), Word("train 0.2"), Word("best 3", short=""))


def fitted(width):
    return [text for text, _ in fit_words(WORDS, width)]


def test_words_are_shortened_from_the_end_then_left_out():
    assert fitted(100) == ["validation 0.1", "train 0.2", "best 3"]
    assert fitted(30) == ["validation 0.1", "train 0.2"]
    assert fitted(20) == ["val 0.1", "train 0.2"]
    assert fitted(15) == ["validation 0.1"]
    assert fitted(8) == ["val 0.1"]
    assert fitted(3) == []


@given(st.lists(st.builds(Word, st.text(max_size=9), st.sampled_from(Ink))), st.integers(-5, 60))
def test_words_never_take_more_than_their_room(words, width):
    pieces = fit_words(words, width)
    assert not pieces or sum(len(t) for t, _ in pieces) + 2 * (len(pieces) - 1) <= width


def test_text_that_does_not_fit_is_cut_at_a_word():
    assert wrap("one two three four", 9, 2) == ["one two", "three …"]
    assert wrap("one two", 9, 1) == ["one two"]
    assert wrap("incomprehensible", 6, 1) == ["incom…"]


@given(st.text(), st.integers(1, 40), st.integers(1, 5))
def test_wrapped_text_fits(text, width, lines):
    wrapped = wrap(text, width, lines)
    assert len(wrapped) <= lines
    assert all(len(line) <= width for line in wrapped)


def test_a_message_stands_in_the_middle():
    rows = [row.text for row in say(Frame(20, 5), "waiting for the first forecast")]
    assert [row.strip() for row in rows] == ["", "waiting for the", "first forecast", "", ""]
    assert rows[1].index("w") in {2, 3}


@given(st.text(), st.integers(0, 30), st.integers(0, 5))
def test_a_message_fits_in_any_frame(text, width, height):
    rows = say(Frame(width, height), text)
    assert len(rows) == height


@given(st.integers(0, 9), st.integers(1, 200), st.integers(1, 300))
def test_every_column_of_a_span_stands_for_a_timestep_in_order(left, width, T):
    span = Span(left, width, T)
    found = [span.timestep_at(column) for column in range(left, left + width)]
    assert found == sorted(found)
    assert found[0] == 1
    assert found[-1] <= T
    assert span.timestep_at(left - 1) is None
    assert span.timestep_at(left + width) is None
