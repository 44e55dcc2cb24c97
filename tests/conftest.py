import datetime as dt
import math
import os
import signal

import pytest
from hypothesis import settings

from rnn_tui.cli import main

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session", autouse=True)
def _signals_as_in_a_terminal():
    """Undo what a shell's `&` and `nohup` ignore: the tests send those signals."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def batch(capfd):
    """Run the command in this process; return exit code, stdout, stderr."""

    def start(*arguments):
        code = main(["--batch", *arguments])
        return code, *capfd.readouterr()

    return start


@pytest.fixture
def table(tmp_path):
    """Write 120 days with two columns, a covariate and a gap; return the path."""
    path = tmp_path / "days.csv"
    lines = ["day;v;w;c"]
    for row in range(120):
        v = "" if row == 30 else f"{10 + math.sin(row / 3):.4f}".replace(".", ",")
        day = dt.date(2020, 2, 1) + dt.timedelta(row)
        w, c = (f"{value:.4f}".replace(".", ",") for value in (math.cos(row / 4), row % 7))
        lines.append(f"{day:%d.%m.%Y};{v};{w};{c}")
    path.write_text("\n".join(lines))
    return path
