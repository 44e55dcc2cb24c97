"""Charts, tested as text."""

import numpy as np

from rnn_tui.axes import Axis
from rnn_tui.charts import (
    Area,
    Chart,
    Cursor,
    Ink,
    Mark,
    Paper,
    Region,
    Rule,
    Series,
    draw,
)

UNIT = Axis(0.0, 1.0)
LINE = np.linspace(0, 1, 50)


def chart(**parts) -> Chart:
    return Chart(**{"x": UNIT, "y": UNIT, **parts})


def test_ticks_stand_beside_and_below_the_canvas():
    axis_x, axis_y = Axis(1900.0, 2000.0), Axis(1e-3, 1.0, "log")
    lines = draw(Chart(axis_x, axis_y), 40, 9).text().split("\n")
    assert lines[0].startswith("   1┤")
    assert lines[7].startswith("1e-3┤")
    assert lines[8].split() == ["1900", "1950", "2000"]


def test_a_narrow_chart_gives_the_ticks_room_to_the_line():
    assert draw(chart(series=(Series(LINE, LINE, Ink.FIRST),)), 8, 3).text().strip()[0] not in "0|"


def test_marks_rules_and_regions_have_their_place():
    cells = draw(
        chart(
            marks=(Mark(0.5, 0.5, "◆", Ink.MARK),),
            rules=(Rule(0.25), Rule(0.9, upright=False)),
            regions=(Region(0.75, 1.0, Paper.SECOND, "test"),),
        ),
        40,
        3,
    )
    assert "◆" in cells.text().split("\n")[1]
    assert (cells.ink == Ink.RULE).any(axis=1).all()
    assert "test" in cells.text()
    assert (cells.paper[:, -1] == Paper.SECOND).all()
    assert (cells.paper[:, 5] == Paper.NONE).all()


def test_ascii_charts_are_ascii():
    everything = chart(
        series=(Series(LINE, LINE, Ink.FIRST, "o"),), rules=(Rule(0.2), Rule(0.3, upright=False))
    )
    text = draw(everything, 40, 9, "ascii").text()
    assert text.isascii()
    assert "o" in text


def test_an_area_reaches_up_to_its_curve_in_eighths_of_a_cell():
    area = Area(np.array([0.0, 1.0]), np.zeros(2), np.full(2, 0.5 + 0.25 / 3))
    cells = draw(chart(areas=(area,)), 8, 3)
    assert cells.text().split("\n")[1] == "▆" * 8
    assert (cells.paper == Paper.AREA).all(axis=1).tolist() == [False, False, True]


def test_a_dotted_line_carries_dots():
    level = np.full(50, 0.5)
    line = Series(LINE, level, Ink.SECOND, dotted=True)
    text = draw(chart(series=(line,)), 10, 3).text()
    assert text.count("•") == 1


def test_the_name_of_a_level_rule_makes_way_for_the_lines():
    rule = Rule(0.5, upright=False, name="half")
    rows = draw(chart(rules=(rule,)), 40, 3).text().split("\n")
    assert "╌ half ╌" in rows[1]
    left = Series(np.linspace(0, 0.4, 20), np.full(20, 0.5), Ink.FIRST)
    row = draw(chart(rules=(rule,), series=(left,)), 40, 3).text().split("\n")[1]
    assert row.index("half") > 14
    whole = Series(LINE, np.full(50, 0.5), Ink.FIRST)
    assert "half" not in draw(chart(rules=(rule,), series=(whole,)), 40, 3).text()


def test_the_cursor_stands_behind_the_lines_and_its_label_replaces_ticks():
    axis = Axis(0.0, 100.0)
    rows = draw(chart(x=axis, cursor=Cursor(52.0, "52")), 40, 9).text().split("\n")
    assert "52" in rows[-1].split()
    assert "50" not in rows[-1].split()
    column = rows[-1].index("52")
    assert {row[column : column + 2].strip() for row in rows[1:-2]} <= {"│", "│┈", "┈│"}
    assert "│" in rows[1][6:]
    off = draw(chart(x=axis, cursor=Cursor(101.0, "101")), 40, 9).text()
    assert "101" not in off


def test_a_name_of_a_region_never_runs_into_the_next():
    for width in range(20, 100):
        regions = (
            Region(0.0, 0.7, Paper.NONE, "train"),
            Region(0.7, 0.8, Paper.FIRST, "validation"),
            Region(0.8, 1.0, Paper.SECOND, "test"),
        )
        drawn = draw(chart(regions=regions, rules=(Rule(0.7), Rule(0.8))), width, 8)
        assert "validationtest" not in drawn.text()
        assert "valtest" not in drawn.text()


def test_the_cursor_leaves_no_half_of_a_date():
    start, stop = 1_688_169_600.0, 1_703_980_800.0  # July to December 2023
    dates = Axis(start, stop, labels="date")
    for at in np.linspace(start, stop, 40):
        text = draw(Chart(dates, UNIT, cursor=Cursor(float(at), "2023-08-08")), 58, 9).text()
        rest = text.split("\n")[-1].replace("2023-08-08", "|").split("|")
        for part in rest:
            words = part.split()
            assert len(words) % 2 == 0
            assert all(word.isalpha() for word in words[::2])


def test_dates_of_two_words_stand_two_columns_apart():
    for start in range(1_685_577_600, 1_688_169_600, 432_000):
        dates = Axis(float(start), 1_703_980_800.0, labels="date")
        for width in range(40, 70):
            labels = draw(Chart(dates, UNIT), width, 9).text().split("\n")[-1].strip().split("  ")
            assert all(len(label.split()) in {0, 2} for label in labels)
