"""Colours of data can be told apart on every ground, with every kind of colour vision."""

from typing import get_args

import numpy as np
import pytest
from textual.theme import BUILTIN_THEMES

from rnn_tui.cells import Ink
from rnn_tui.settings import PaletteName
from rnn_tui.tui.plots.look import SIXTEEN, SIXTEEN_LIGHT
from rnn_tui.tui.plots.palettes import COLOURS, blend
from rnn_tui.tui.theme import LIGHT_THEME, THEME, palette_of

VISION = {
    "trichromat": np.eye(3),
    "protanope": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranope": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanope": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
"""What is left of linear RGB: Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009."""
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)
LINES, MARK = 25.0, 15.0
"""Least CIE 1976 distance between lines, and of a mark, which has a shape of its own, from them;
2.3 is just noticeable side by side."""
LEAST_CONTRAST = 3.0
"""Of lines and symbols, WCAG 2.2, 1.4.11."""
THEMES = {THEME.name: THEME, LIGHT_THEME.name: LIGHT_THEME, **BUILTIN_THEMES}


def linear(colour):
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(colour, vision):
    xyz = TO_XYZ @ np.clip(np.array(VISION[vision]) @ linear(colour), 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one, other):
    light, dark = sorted((float(linear(c) @ TO_XYZ[1]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check(palette):
    inks = dict(palette.inks)
    pairs = (
        (Ink.FIRST, Ink.SECOND, LINES),
        (Ink.FIRST, Ink.MARK, MARK),
        (Ink.SECOND, Ink.MARK, MARK),
    )
    for vision in VISION:
        for one, other, least in pairs:
            difference = np.linalg.norm(lab(inks[one], vision) - lab(inks[other], vision))
            assert difference >= least, (vision, one, other, difference)
    for ink in (Ink.FIRST, Ink.SECOND, Ink.MARK, Ink.WARNING, Ink.LABEL):
        assert contrast(inks[ink], palette.background) >= LEAST_CONTRAST, ink


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("theme", THEMES)
def test_lines_and_marks_are_told_apart_on_the_ground_of_every_theme(theme, colours):
    check(palette_of(THEMES[theme], colours))


@pytest.mark.parametrize("palette", [SIXTEEN, SIXTEEN_LIGHT])
def test_the_sixteen_colours_are_told_apart_and_are_sixteen(palette):
    check(palette)
    shades = {"00", "55", "aa", "ff"}
    used = [palette.background, palette.foreground, *dict(palette.inks).values()]
    assert all({c[1:3], c[3:5], c[5:7]} <= shades for c in used)


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("dark", [0, 1])
def test_a_ramp_goes_one_way_in_lightness(colours, vision, dark):
    lightness = [lab(colour, vision)[0] for colour in COLOURS[colours][dark].ramp]
    steps = np.diff(lightness)
    assert (steps > 4).all() or (steps < -4).all()


def test_the_settings_know_every_set_of_colours():
    assert set(get_args(PaletteName)) == COLOURS.keys()


def test_a_blend_lies_between():
    assert blend("#000000", "#ffffff", 0.5) == "#808080"
    assert blend("#102030", "#a0b0c0", 0.0) == "#102030"
    assert blend("#102030", "#a0b0c0", 1.0) == "#a0b0c0"
