import numpy as np
import pytest

from rnn_tui.batch.plots import HEIGHT, pictures, plots
from rnn_tui.training.snapshot import Curve, Forecast, GradientFlow, HistoryView, Snapshot, State


def curve(step, value):
    value = np.asarray(value, np.float64)
    return Curve(np.asarray(step), value, value, value)


def snapshot(**changes):
    step = np.arange(1, 101)
    loss = curve(step, np.exp(-step / 20))
    history = HistoryView(loss, loss, curve([50, 100], [0.4, 0.2]), loss)
    time = np.arange(1900.0, 1950.0)
    forecast = Forecast("sunspots", "sunspots", "year", time, np.sin(time), np.cos(time), 20, 30)
    gradient = GradientFlow(np.geomspace(1e-9, 1.0, 24), np.geomspace(1e-8, 1.0, 24))
    fields = {"history": history, "forecast": forecast, "gradient": gradient}
    return Snapshot(State.ENDED, "LSTM 32 · sunspots", **(fields | changes))


def drawn(shot, width=80, glyphs="braille"):
    return [text.plain.split("\n") for text in plots(pictures(shot), width, glyphs)]


def test_three_charts_with_title_and_legend():
    loss, forecast, gradient = drawn(snapshot())
    assert loss[:2] == ["", "Loss over steps, log axis:  ━━━ train  ━•━ validation"]
    assert forecast[1] == "sunspots over year, test part:  ━━━ actual  ━•━ one step ahead"
    assert gradient[1] == ("Total gradient at every timestep, log axis:  ━━━ |dL/dh|  ━•━ |dL/dc|")
    for chart in (loss, forecast, gradient):
        assert len(chart) == 2 + HEIGHT
        assert max(map(len, chart)) <= 80
    assert "1930" in forecast[-1]  # only the test part: it begins there …
    assert "1920" not in forecast[-1]  # … and not with what the network was trained on
    assert "1e-4" in "\n".join(gradient)
    assert "•" in "\n".join(loss[2:])


def test_what_the_run_has_not_got_is_left_out():
    assert drawn(snapshot(history=None, forecast=None, gradient=None)) == []
    nothing = Forecast("x", "", "t", np.arange(2.0), np.full(2, np.nan), np.full(2, np.nan), 0, 0)
    assert len(drawn(snapshot(forecast=nothing))) == 2


def test_ascii_alone_where_nothing_else_can_be_shown():
    text = "\n".join(line for chart in drawn(snapshot(), glyphs="ascii") for line in chart)
    assert text.isascii()
    assert "* train  o validation" in text


@pytest.mark.parametrize("width", [1, 20, 40, 200])
def test_no_chart_is_wider_than_the_terminal(width):
    for chart in drawn(snapshot(), width=width):
        lines = [line for line in chart if not line.startswith("  ━")]
        assert max(map(len, lines)) <= width


def test_a_long_name_is_cut_and_cannot_steer_the_terminal():
    time = np.arange(9.0)
    forecast = Forecast("\x1b[2J" + "n" * 200, "", "t", time, time, time, 3, 6)
    [_, chart, _] = drawn(snapshot(forecast=forecast))
    assert chart[1].startswith("?[2Jnnn")
    assert chart[1].endswith("…")
    assert chart[2] == "  ━━━ actual  ━•━ one step ahead"


@pytest.mark.parametrize(
    ("norms", "words"),
    [([0.0, 0.0, 1.0], "underflow at 2 of 3"), ([np.inf, 1.0, 2.0], "overflow at 1 of 3")],
)
def test_a_gradient_out_of_range_is_said_in_words(norms, words):
    flow = GradientFlow(np.array(norms), None)
    assert words in drawn(snapshot(gradient=flow))[-1][1]


def test_dates_are_written_as_dates():
    time = np.datetime64("2020-01-01") + np.arange(300) * np.timedelta64(1, "D")
    values = np.arange(300.0)
    forecast = Forecast("v", "", "date", time, values, values, 100, 200)
    assert "20 Aug" in drawn(snapshot(forecast=forecast))[1][-1]
