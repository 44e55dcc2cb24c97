"""What a block of cells holds, in columns of a terminal."""

import pytest
from rich.cells import cell_len

from rnn_tui.cells import Cells, Ink, text_width

NAMES = [
    "outflow",
    "温度センサー",
    "ｗｉｄｅ",
    "naïve",
    "e\u0301te\u0301",
    "zero\u200bwidth",
    "₂ ‖ ∂L",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_as_wide_as_the_terminal_shows_it(name):
    assert text_width(name) == cell_len(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("column", [-3, -2, 0, 5, 8, 9, 11])
def test_a_row_keeps_its_width_whatever_is_written(name, column):
    cells = Cells.blank(12, 2)
    cells.write(1, column, name, Ink.LABEL)
    assert [cell_len(row) for row in cells.text().split("\n")] == [12, 12]


def test_nothing_that_is_written_steers_the_terminal():
    cells = Cells.blank(12, 1)
    cells.write(0, 0, "a\x1b[31m\tb\n", Ink.LABEL)
    assert cells.text() == "a?[31m?b?   "


@pytest.mark.parametrize("column", range(12))
def test_writing_over_half_of_a_wide_character_takes_all_of_it(column):
    cells = Cells.blank(12, 1)
    cells.write(0, 2, "温度計", Ink.LABEL)
    cells.write(0, column, "x", Ink.LABEL)
    assert cell_len(cells.text()) == 12
    cells.write(0, column - 1, "度", Ink.LABEL)
    assert cell_len(cells.text()) == 12
