"""The first frame: what it shows, and that the terminal is put back where nobody takes over."""

import io
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_tui.tui.curtain import LOWER, RAISE, draw_curtain, raised

ENVIRONMENT = {"TERM": "xterm-256color"}


@given(st.integers(0, 250), st.integers(0, 90), st.booleans())
def test_the_frame_fits_every_screen(width, height, plain):
    rows = draw_curtain("LSTM 32", width, height, plain=plain)
    assert len(rows) <= max(height, 1)
    assert all(len(row) <= width for row in rows)
    assert all(row.isascii() for row in rows) or not plain


@pytest.mark.parametrize("size", [(80, 24), (121, 41), (72, 20)])
def test_the_frame_has_the_places_of_the_main_screen(size):
    width, height = size
    rows = draw_curtain("LSTM 32", width, height, plain=False)
    text = "\n".join(rows)
    assert rows[0].startswith(" LSTM 32  ○ loading")
    assert rows[1].startswith("╭─ 1 Loss ─")
    for title in ("2 Predicted vs actual", "3 Gates over timesteps", "4 Gradient per timestep"):
        assert f"╭─ {title} ─" in text
    assert {len(row) for row in rows[1:-1]} == {width}
    assert len(rows) == height - (2 if height >= 24 else 1)


def test_a_small_screen_has_the_name_of_the_run():
    assert draw_curtain("LSTM 32", 40, 10, plain=False) == [" LSTM 32  ○ loading"]


def test_the_terminal_is_put_back_where_nobody_takes_over():
    terminal = io.StringIO()
    with pytest.raises(ImportError), raised("LSTM 32", terminal, ENVIRONMENT):
        raise ImportError
    assert terminal.getvalue().startswith(RAISE)
    assert terminal.getvalue().endswith(LOWER)


def test_who_takes_over_puts_the_terminal_back_itself():
    terminal = io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    with raised("LSTM 32", terminal, ENVIRONMENT) as taking_over:
        taking_over()
        assert signal.getsignal(signal.SIGTERM) is before
    assert LOWER not in terminal.getvalue()


def test_a_signal_meanwhile_puts_the_terminal_back():
    code = (
        "import os, signal, sys\n"
        "from rnn_tui.tui.curtain import raised\n"
        "with raised('LSTM 32', sys.stdout, os.environ):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    signal.pause()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 128 + signal.SIGTERM
    assert done.stdout.endswith(LOWER)


class Gone(io.StringIO):
    def write(self, text):
        raise OSError(5, text)


def test_a_terminal_that_has_gone_is_no_slip():
    with raised("LSTM 32", Gone(), ENVIRONMENT) as taking_over:
        taking_over()
    with raised("LSTM 32", Gone(), ENVIRONMENT):
        pass


def test_nothing_heavy_is_imported_for_it():
    code = "import sys, rnn_tui.tui.curtain; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "textual", "rich", "pydantic"} & set(done.stdout.split())
