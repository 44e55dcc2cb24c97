"""How the screen is drawn: what was asked for, what is set, and what the line is like."""

import pytest

from rnn_tui.config import DisplayConfig
from rnn_tui.errors import UsageError
from rnn_tui.settings import Settings
from rnn_tui.tui.app import RnnTuiApp
from rnn_tui.tui.display import Display, choose_display
from rnn_tui.tui.plots.look import SIXTEEN, SIXTEEN_LIGHT
from rnn_tui.tui.terminal.ground import GroundFound
from tests.tui.fake_session import FakeSession, make_snapshot

LOCAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
OVER_SSH = LOCAL | {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}


@pytest.mark.parametrize(
    ("asked", "settings", "environment", "fps", "is_thrifty", "few_colours"),
    [
        ({}, {}, LOCAL, 10, False, False),
        ({}, {}, OVER_SSH, 4, True, True),
        ({}, {}, LOCAL | {"SSH_CONNECTION": ""}, 10, False, False),
        ({"profile": "ssh"}, {}, LOCAL, 4, True, True),
        ({"profile": "local"}, {}, OVER_SSH, 10, False, False),
        ({"profile": "auto"}, {"profile": "local"}, OVER_SSH, 4, True, True),
        ({}, {"profile": "local"}, OVER_SSH, 10, False, False),
        ({}, {"profile": "ssh"}, LOCAL, 4, True, True),
        ({"fps": 30}, {"fps": 6}, OVER_SSH, 30, True, True),
        ({}, {"fps": 6}, OVER_SSH, 6, True, True),
        ({}, {}, {"TERM": "linux"}, 10, False, True),
        ({}, {}, {"TERM": "vt100"}, 10, False, True),
        ({}, {}, {"TERM": "screen-256color"}, 10, False, False),
    ],
)
def test_options_beat_settings_beat_what_is_found(
    tmp_path, asked, settings, environment, fps, is_thrifty, few_colours
):
    display = choose_display(DisplayConfig(**asked), Settings(**settings), environment, tmp_path)
    assert (display.fps, display.is_thrifty) == (fps, is_thrifty)
    assert display.few_colours == few_colours


def test_the_settings_choose_theme_palette_and_keys(tmp_path):
    settings = Settings(theme="nord", palette="okabe-ito", keys={"quit": ("Z",)})
    display = choose_display(DisplayConfig(), settings, LOCAL, tmp_path / "settings.toml")
    assert (display.theme, display.palette) == ("nord", "okabe-ito")
    assert {c.id: c.symbol for c in display.commands}["quit"] == "Z"


def test_a_theme_that_is_not_there_is_told_with_its_line_and_those_that_are(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('fps = 4\ntheme = "nrod"\n')
    with pytest.raises(UsageError) as caught:
        choose_display(DisplayConfig(), Settings(theme="nrod"), LOCAL, path)
    assert str(caught.value).startswith(
        f"{path}:2: theme: no such theme as 'nrod' (did you mean nord?); there are rnn-tui"
    )


def test_a_theme_that_is_asked_for_beats_the_settings_or_is_told_with_those_that_are(tmp_path):
    settings = Settings(theme="dracula")
    chosen = choose_display(DisplayConfig(theme="nord"), settings, LOCAL, tmp_path)
    assert (chosen.theme, chosen.asks_for_ground) == ("nord", False)
    with pytest.raises(UsageError, match=r"--theme: no such theme as 'xyz'; there are rnn-tui"):
        choose_display(DisplayConfig(theme="xyz"), settings, LOCAL, tmp_path)


@pytest.mark.parametrize(
    ("settings", "environment", "asks"),
    [
        ({}, LOCAL, True),
        ({}, OVER_SSH, True),
        ({}, LOCAL | {"TERM": "screen-256color", "COLORFGBG": "0;15"}, True),
        ({"theme": "rnn-tui"}, LOCAL, False),
        ({}, {"TERM": "linux"}, False),
        ({}, {"TERM": "vt100"}, False),
    ],
)
def test_a_terminal_that_may_know_is_asked_for_its_ground(tmp_path, settings, environment, asks):
    chosen = choose_display(DisplayConfig(), Settings(**settings), environment, tmp_path)
    assert chosen.asks_for_ground is asks


@pytest.mark.parametrize("asks", [True, False])
async def test_the_theme_goes_with_the_ground_unless_one_is_chosen(asks):
    kept = []
    app = RnnTuiApp(
        FakeSession(make_snapshot(4000)),
        display=Display(asks_for_ground=asks),
        fps=1,
        remember=lambda *setting: kept.append(setting),
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.post_message(GroundFound(is_light=True))
        await pilot.pause()
        assert app.theme == ("rnn-tui-light" if asks else "rnn-tui")
        assert kept == [], "what was found is no choice to be kept"
        app.theme = "nord"
        await pilot.pause()
        app.post_message(GroundFound(is_light=False))
        await pilot.pause()
        assert app.theme == "nord", "a late answer takes no choice back"
        app.theme = "rnn-tui-light"
        await pilot.pause()
        assert kept == [("theme", "nord"), ("theme", "rnn-tui-light")]


@pytest.mark.parametrize(
    ("settings", "ground", "theme"),
    [
        ({}, None, "rnn-tui"),
        ({}, "15;0", "rnn-tui"),
        ({}, "0;15", "rnn-tui-light"),
        ({}, "0;default;7", "rnn-tui-light"),
        ({}, "default;default", "rnn-tui"),
        ({"theme": "rnn-tui"}, "0;15", "rnn-tui"),
        ({"theme": "rnn-tui-light"}, "15;0", "rnn-tui-light"),
    ],
)
def test_a_light_ground_gets_the_light_theme_where_none_is_set(tmp_path, settings, ground, theme):
    environment = LOCAL if ground is None else LOCAL | {"COLORFGBG": ground}
    chosen = choose_display(DisplayConfig(), Settings(**settings), environment, tmp_path)
    assert chosen.theme == theme


@pytest.mark.parametrize(("theme", "dark"), [("rnn-tui", True), ("rnn-tui-light", False)])
async def test_sixteen_colours_follow_the_theme(theme, dark):
    display = Display(few_colours=True, theme=theme)
    app = RnnTuiApp(FakeSession(make_snapshot(4000)), display=display, fps=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        palette = app._main._look.palette
        assert palette is (SIXTEEN if dark else SIXTEEN_LIGHT)
        app.theme = "textual-light" if dark else "textual-dark"
        await pilot.pause()
        assert app._main._look.palette is (SIXTEEN_LIGHT if dark else SIXTEEN)
