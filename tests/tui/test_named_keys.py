"""Sentences name the keys that the user has chosen."""

import re
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from rnn_tui.training.events import Status
from rnn_tui.training.snapshot import GradientFlow, State
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.display import Display
from rnn_tui.tui.explanations import EXPLANATIONS
from rnn_tui.tui.keymap import commands_on, relabel, remap
from rnn_tui.tui.keys import COMMANDS, hints, symbols_of, tabs, with_keys
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.reading import read
from rnn_tui.tui.screens.help import help_page
from rnn_tui.tui.walk.explained import WALK_EXPLANATIONS
from tests.tui.conftest import Clock, Shown, launch
from tests.tui.fake_session import FakeSession, ended, make_comparison, make_snapshot

LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРС"
OTHERS = remap({c.id: (letter,) for c, letter in zip(COMMANDS, LETTERS, strict=False)})
MAIN = commands_on("", OTHERS)
OLD = {symbol for command in COMMANDS for symbol in command.symbol.split(" ")}
MATHEMATICS = frozenset("ifgochrznxyta012345→←")
"""What stands alone in explanations and is no key: symbols, panels, an article."""


def named(text, allowed=frozenset()):
    """Return the old keys that stand in a text as words."""
    words = {word.strip(",;:()") for word in text.split()} | {
        word.rstrip(".") for word in text.split()
    }
    return (words & OLD) - allowed - {"Esc", "Enter", "Tab", "Home", "End"}


SNAPSHOT = make_snapshot(4000)


def losing(factor):
    loss = SNAPSHOT.history.loss
    value = np.where(loss.step > 3600, factor, 1.0)
    return replace(SNAPSHOT, history=replace(SNAPSHOT.history, loss=replace(loss, value=value)))


@pytest.mark.parametrize(
    "snapshot",
    [
        SNAPSHOT,
        replace(SNAPSHOT, state=State.PAUSED),
        ended(Status.COMPLETED, "all steps taken", SNAPSHOT),
        replace(SNAPSHOT, gradient=GradientFlow(np.array([np.inf, 1.0]), None)),
        losing(1.0),
        losing(2.0),
        losing(0.1),
        make_comparison(4000),
    ],
)
def test_the_reading_names_the_keys_of_the_user(snapshot):
    for sentence in read(snapshot, 0.0, symbols_of(OTHERS)):
        assert not named(sentence.text), sentence.text


def test_what_says_a_key_says_the_one_of_the_user():
    said = [s.text for s in read(replace(SNAPSHOT, state=State.PAUSED), 0.0, symbols_of(OTHERS))]
    assert said[0] == "Paused. а goes on, б takes one optimisation step."
    rising = [s.text for s in read(losing(2.0), 0.0, symbols_of(OTHERS))]
    lower = symbols_of(OTHERS)["lower-the-learning-rate"]
    assert any(text.endswith(f"try {lower}.") for text in rising)


def text_of(page):
    console = Console(width=100, file=StringIO())
    console.print(page)
    return console.file.getvalue()


@pytest.mark.parametrize("explanation", [*EXPLANATIONS, *WALK_EXPLANATIONS])
def test_explanations_name_the_keys_of_the_user(explanation):
    symbols = symbols_of(OTHERS)
    texts = (explanation.shows, explanation.read, explanation.healthy, explanation.ill)
    for text in (*texts, explanation.signs, explanation.zoomed):
        filled = with_keys(text, symbols)
        assert not named(filled, MATHEMATICS), filled
        assert not re.search(r"\b[a-z] (changes|shows the|goes over|sorts|quits)", filled)
        assert "{" not in filled


def test_formulas_keep_their_braces():
    formulas = [line for e in (*EXPLANATIONS, *WALK_EXPLANATIONS) for line in e.formula]
    assert any("{" in line for line in formulas)
    assert "{t−1}" in with_keys("h_{t−1} {quit}", symbols_of(COMMANDS))


def test_the_help_names_the_key_that_closes_it():
    page = text_of(help_page(Look(), None, MAIN))
    assert f"Esc or {symbols_of(OTHERS)['help']} goes back" in page


def test_footer_and_tabs_show_the_keys_of_the_user():
    for zoomed in (None, 1, 2, 3, 4):
        for holds in (True, False):
            offered = hints(holds=holds, has_ended=False, zoomed=zoomed, compares=True)
            symbols = {hint.symbol for hint in relabel(offered, MAIN)} - {"^p"}
            assert all(set(symbol) <= {*LETTERS, " "} for symbol in symbols), symbols
    assert {hint.symbol for hint in relabel(tabs(["a", "b"], 1), MAIN)} <= set(LETTERS)


def test_one_other_zoom_key_is_told_with_the_rest():
    (zoom,) = (
        hint
        for hint in relabel(
            hints(holds=False, has_ended=False, zoomed=None),
            commands_on("", remap({"zoom-the-gates": ("f3",)})),
        )
        if hint.label == "zoom"
    )
    assert zoom.symbol == "1 2 f3 4 5"


def test_the_walk_takes_over_the_keys_of_what_it_shares():
    commands = {c.id: c for c in commands_on("walk", remap({"help": ("f1",), "jump": ("z",)}))}
    assert (commands["help"].keys, commands["jump"].symbol) == ("f1", "z")


@pytest.fixture
def remapped():
    def make(snapshot, **keys):
        session = FakeSession(snapshot)
        chosen = {name.replace("_", "-"): (key,) for name, key in keys.items()}
        display = Display(commands=remap(chosen))
        clock = Clock()
        return (
            RnnTuiApp(session, display=display, launch=launch, fps=1, clock=clock),
            session,
            clock,
        )

    return make


async def test_other_keys_work_and_are_named_everywhere(remapped):
    app, session, clock = remapped(
        make_snapshot(4000), jump="J", help="f1", slow_down="f2", full_speed="f3", compare="C"
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        shown = Shown(app, pilot, session, clock)
        await shown.settle()
        await shown.press("right_square_bracket")
        assert "no speed limit: f2 sets one" in shown.reading
        await shown.press("f2")
        assert "f3 lifts the limit" in shown.reading
        await shown.press("G")
        assert "C compares it with another" in shown.reading
        await shown.press("J", "2")
        assert app.focused.id == "forecast"
        await shown.press("f1")
        assert "Esc or f1 goes back" in shown.text
        await shown.press("f1")
        assert "2 Predicted vs actual" in shown.text
        await shown.press("b")
        await pilot.pause()
        app.screen.poll()
        await pilot.pause()
        assert "f1 help" in shown.hints
        await shown.press("J")
        assert "Jump: press a label" in shown.text


async def test_an_ended_run_names_the_keys_of_the_user(remapped):
    app, session, clock = remapped(
        ended(Status.COMPLETED, "all steps taken", make_snapshot(4000)), restart="f5", quit="f10"
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        shown = Shown(app, pilot, session, clock)
        await shown.settle()
        await shown.press("space")
        assert "f5 begins anew, f10 quits" in shown.reading


def test_the_whole_help_is_ascii_where_there_is_nothing_else():
    page = text_of(help_page(Look(glyphs="ascii")))
    assert page.isascii(), {character for character in page if not character.isascii()}


async def test_the_walk_and_the_forms_have_the_keys_of_the_user(remapped):
    app, session, clock = remapped(
        make_snapshot(4000),
        walk_next_position="x",
        walk_leave="f9",
        form_jump="ctrl+t",
        form_confirm="f2",
        form_leave="f3",
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        shown = Shown(app, pilot, session, clock)
        await shown.settle()
        await shown.press("e")
        assert "f2 begins anew" in shown.text
        assert "^t jump" in shown.text
        assert "f3 leave" in shown.text
        await shown.press("ctrl+o")
        assert "Jump: press a label" not in shown.text
        await shown.press("ctrl+t")
        assert "Jump: press a label" in shown.text
        await shown.press("escape", "escape")
        assert "Edit and begin anew" in shown.text, "Esc is not what leaves it now"
        await shown.press("f3", "u")
        await shown.press("f2")
        assert ("run_until", None) in session.calls
        await shown.press("b")
        await pilot.pause()
        app.screen.poll()
        await pilot.press("x", "right")
        assert "t 2 of 24" in shown.header
        assert "x step" in shown.hints
        assert "f9 end" in shown.hints
        await pilot.press("escape")
        assert "BPTT walk" in shown.header
        await shown.press("question_mark")
        assert "next position: one timestep on" in shown.text
        await shown.press("escape")
        await shown.press("f9")
        await shown.settle()
        assert "‖ paused" in shown.header
