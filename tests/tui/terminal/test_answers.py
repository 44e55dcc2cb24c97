"""What a terminal answers is taken out of the keys, however it comes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.terminal.answers import Answers, is_light

WHITE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
SHORT = "\x1b]11;rgb:0/0/0\x07"


def sifted(*pieces, quiet=False):
    """The keys and the colours of several pieces, after a while where it is quiet in between."""
    answers, keys, colours = Answers(), "", []
    for piece in pieces:
        more, found = answers.sift(piece)
        keys, colours = keys + more, colours + found
        if quiet:
            keys += answers.give_up()
    return keys + answers.give_up(), colours


@pytest.mark.parametrize("answer", [WHITE, SHORT])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("ab", ""), ("", "\x1b[A"), ("q", "d")])
def test_an_answer_is_taken_out_of_the_keys(answer, before, after):
    keys, (colour,) = sifted(before + answer + after)
    assert keys == before + after
    assert answer.startswith(f"\x1b]11;{colour}")


@given(st.lists(st.integers(2, len(WHITE) - 1), max_size=6).map(sorted))
def test_it_may_come_in_pieces(cuts):
    ends = [0, *cuts, len(WHITE)]
    pieces = [WHITE[a:b] for a, b in itertools.pairwise(ends)]
    assert sifted(*pieces) == ("", ["rgb:ffff/ffff/ffff"])


def test_one_that_comes_byte_by_byte_costs_no_more_than_an_escape():
    assert sifted("x", *WHITE, "y") == ("x\x1by", ["rgb:ffff/ffff/ffff"])


def test_one_that_takes_long_in_the_middle_is_still_no_key():
    assert sifted("\x1b]11;rgb:ff", "ff/ffff/ffff\x1b", "\\q", quiet=True) == (
        "q",
        ["rgb:ffff/ffff/ffff"],
    )


@pytest.mark.parametrize(
    "typed",
    [
        ["\x1b"],
        ["\x1b", "\x1b"],
        ["\x1b", "[A"],
        ["\x1b]"],
        ["\x1b]1", "2"],
        ["\x1b[200~\x1b]12;x\x07\x1b[201~"],
        ["\x1b]11;" + "x" * 200],
        ["grün", "\x1b", "]", "q"],
    ],
    ids=repr,
)
@pytest.mark.parametrize("quiet", [False, True])
def test_keys_stay_what_they_were(typed, quiet):
    assert sifted(*typed, quiet=quiet) == ("".join(typed), [])


@given(st.lists(st.text("\x1b]1;[Ax\\\x07", max_size=4), max_size=8))
def test_nothing_that_holds_no_answer_is_lost(typed):
    whole = "".join(typed)
    if "\x1b]11;" not in whole:
        assert sifted(*typed) == (whole, [])
        assert sifted(*typed, quiet=True) == (whole, [])


def test_an_escape_does_not_wait():
    assert Answers().sift("\x1b") == ("\x1b", [])


@pytest.mark.parametrize(
    ("colour", "light"),
    [
        ("rgb:ffff/ffff/ffff", True),
        ("rgb:f/f/f", True),
        ("rgba:fdfd/f6f6/e3e3/ffff", True),
        ("rgb:00/2b/36", False),
        ("rgb:0000/0000/ffff", False),
        ("rgb:0000/ffff/0000", True),
        ("?", None),
        ("", None),
        ("rgb:gg/00/00", None),
    ],
)
def test_light_is_what_looks_light(colour, light):
    assert is_light(colour) is light
