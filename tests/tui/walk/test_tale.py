from dataclasses import replace

import numpy as np
import pytest

from rnn_tui.tui.walk.player import Player, Position
from rnn_tui.tui.walk.tale import magnitude, teaching, tell
from tests.tui.fake_session import make_deep_walk, make_walk

T = 24


def told(walk, place, *, clip=1.0):
    tale = tell(walk, Position(place, walk.T), clip=clip, learning_rate=0.01)
    return f"{tale.lead} {tale.text}"


def with_norms(walk, **norms):
    return replace(walk, hidden=replace(walk.hidden, **norms))


def test_forwards_the_gates_are_told_by_what_they_do():
    text = told(make_walk(), 11)
    assert text.startswith("t = 12, forwards: x = −0.50 comes in.")
    assert "f keeps" in text
    assert "i lets in" in text
    assert "o shows" in text
    assert "readout says y" in text


def test_a_gru_has_gates_of_its_own():
    text = told(make_walk(cell="gru"), 11)
    assert "z keeps" in text
    assert "r lets" in text
    assert "f keeps" not in text


def test_a_plain_rnn_tells_of_its_slope():
    text = told(make_walk(cell="rnn"), 1)
    assert "through W_hh" in text
    assert "1 − h²" in text
    assert "goes from 0 to" in told(make_walk(cell="rnn"), 0)


def test_a_layer_below_tells_of_the_layers_around_it():
    first, second, last = make_deep_walk().layers
    assert "h of layer 1 comes in, ‖h‖" in told(second, 11)
    assert "x = −0.50 comes in" in told(first, 11)
    assert "and h goes up to layer 2." in told(first, 11)
    assert "readout says y" in told(last, 11)
    assert "Layer 1 gets what layer 2 hands down." in told(first, T)
    assert "hands down" not in told(last, T)
    assert "layer 2 sends W_ihᵀ dz down to h: ‖dh‖ 5.0e-3" in told(first, T + 1)
    assert "of ‖dh‖ 4.1e-3, 1.0e-3 come from layer 2, the rest (" in told(first, T + 2)
    nothing = with_norms(first, here=np.zeros(T))
    assert "layer 2 sends nothing here" in told(nothing, T + 2)
    assert "of dW_hh of layer 1." in told(first, 2 * T + 1)
    assert "of dW_hh." in told(make_walk(), 2 * T + 1)


def test_a_plain_rnn_of_several_layers_hands_its_h_up():
    text = told(make_deep_walk(cell="rnn").layers[0], 1)
    assert "and h goes up to layer 2. The slope" in text


def test_the_loss_says_which_timesteps_it_looks_at():
    assert "looks at t = 24 alone" in told(make_walk(), T)
    assert "over the last 10 timesteps" in told(make_walk(first=14), T)
    walk = make_walk()
    several = replace(walk, y=np.tile(walk.y, 3), target=np.tile(walk.target, 3))
    assert "the 3 outputs of t = 24" in told(several, T)


@pytest.mark.parametrize(
    ("name", "expected"), [("mse", "(y − target)²"), ("mae", "|y − target|"), ("huber", "Huber")]
)
def test_the_loss_is_the_one_that_is_trained_with(name, expected):
    assert expected in told(replace(make_walk(), loss_name=name), T)
    assert expected in told(replace(make_walk(first=0), loss_name=name), T)


def test_backwards_it_begins_with_the_readout():
    text = told(make_walk(), T + 1)
    assert text.startswith("t = 24, backwards: the readout sends W_hyᵀ dy to h: ‖dh‖ 0.500.")
    assert "Through the output gate it reaches the cell" in text


def test_backwards_it_says_what_came_from_where_and_by_which_factor():
    text = told(make_walk(), T + 2)
    assert "the loss does not look here" in text
    assert "shrank by the factor 0.82" in text
    assert "Along the cell" in text
    assert "adds 0.819 to dW_hh" in text
    text = told(make_walk(first=10), T + 2)
    assert "of ‖dh‖ 0.409, 0.0100 come from the readout here, the rest (0.399)" in text
    growing = make_walk(cell="rnn")
    growing = with_norms(growing, back=1.5 * growing.hidden.total)
    assert "grew by the factor 1.2" in told(growing, T + 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "is 0, even in double"), (np.inf, "exploded"), (np.nan, "exploded")],
)
def test_underflow_and_overflow_are_told_in_words(value, expected):
    walk = make_walk()
    total = walk.hidden.total.copy()
    total[5] = value
    assert expected in told(with_norms(walk, total=total), 2 * T + 1 - 6)


def test_what_comes_back_from_nothing_has_no_factor():
    walk = make_walk(first=0)
    total = walk.hidden.total.copy()
    total[6] = 0
    assert "nothing of it was left to shrink" in told(with_norms(walk, total=total), 2 * T + 1 - 6)


def test_the_sum_says_how_far_back_it_was_filled_and_what_clipping_does():
    walk = make_walk()
    last = Player(T).last
    assert "above the clip of 1.00" in told(walk, last)
    assert "within the clip of 100" in told(walk, last, clip=100.0)
    assert "clip" not in told(walk, last, clip=0.0)
    assert "The last 12 of 24 timesteps gave 90 % of dW_hh" in told(walk, last)
    assert "Nothing was changed" in told(walk, last)
    broken = replace(walk, global_norm=np.full(T, np.nan))
    assert "not finite" in told(broken, last)


@pytest.mark.parametrize(
    ("added", "expected"), [([0, 0, 1], 1), ([1, 1, 1], 3), ([1e-9, 1, 1], 2), ([5.0], 1)]
)
def test_most_of_what_was_added_came_from_the_last_timesteps(added, expected):
    assert teaching(np.array(added, float)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (12.34, "12.3"), (0.31, "0.310"), (3.1e-4, "3.1e-4"), (1e-44, "1.0e-44")],
)
def test_magnitudes_are_short(value, expected):
    assert magnitude(value) == expected


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("first", [0, 23])
def test_there_is_a_tale_for_every_position_and_it_fits(cell, first):
    walk = make_walk(cell=cell, first=first)
    for place in range(Player(T).last + 1):
        assert 20 < len(told(walk, place)) <= 3 * 76
