"""Machine code on disk: kept between processes, never stale, no reason to fail.

Every process works on a copy of the package, with its cache beside it.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import rnn_kernels

pytestmark = pytest.mark.slow

MEASURE = """
import numpy as np
from rnn_kernels import clip_by_global_norm
print("norm", clip_by_global_norm(np.array([3.0, 4.0]), 0.0))
"""
INNER = """
from rnn_kernels.jit import jit

@jit
def answer(x):
    return x + 1
"""
OUTER = """
from rnn_kernels.jit import jit
from rnn_kernels.probe_inner import answer

@jit
def twice(x):
    return 2 * answer(x)
"""
ASK = "from rnn_kernels.probe_outer import twice; print('answer', twice(10.0))"


@dataclass(frozen=True)
class Installation:
    """A copy of the package; `user_cache` is the user's folder for caches."""

    folder: Path
    user_cache: Path

    @property
    def package(self):
        return self.folder / "rnn_kernels"

    def run(self, script, **environment):
        """Run a script in a new process; return what Numba says about its cache, and the rest."""
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ
            | {
                "PYTHONPATH": str(self.folder),
                "NUMBA_DEBUG_CACHE": "1",
                "XDG_CACHE_HOME": str(self.user_cache),
                "HOME": str(self.folder),
            }
            | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        lines = done.stdout.splitlines()
        cache = [line for line in lines if line.startswith("[cache]")]
        return cache, [line for line in lines if not line.startswith("[cache]")]


@pytest.fixture
def installation(tmp_path):
    folder = tmp_path / "site"
    source = Path(rnn_kernels.__file__).parent
    shutil.copytree(
        source, folder / "rnn_kernels", ignore=shutil.ignore_patterns("__pycache__", "*.nb?")
    )
    return Installation(folder, tmp_path / "cache")


def saved(lines):
    return [line for line in lines if line.startswith("[cache] data saved")]


def loaded(lines):
    return [line for line in lines if line.startswith("[cache] data loaded")]


def edit(file):
    with file.open("a") as source:
        source.write("\n# another edition\n")


def block(folder):
    """Make a folder impossible, for the superuser as well: a file stands in its place."""
    folder.write_text("in the way")


def test_a_second_process_compiles_nothing(installation):
    first, output = installation.run(MEASURE)
    assert saved(first)
    assert not loaded(first)
    second, again = installation.run(MEASURE)
    assert not saved(second)
    assert loaded(second)
    assert output == again == ["norm 5.0"]


def test_an_edit_anywhere_in_the_package_discards_the_cache(installation):
    installation.run(MEASURE)
    (installation.package / "notes.txt").write_text("no source")
    assert loaded(installation.run(MEASURE)[0])
    for file in ("layout.py", "a_new_one.py"):
        edit(installation.package / file)
        lines, output = installation.run(MEASURE)
        assert saved(lines)
        assert not loaded(lines)
        assert output == ["norm 5.0"]


def test_an_edit_in_a_function_that_is_compiled_into_another_file_takes_effect(installation):
    """Even one that keeps size and date, as an upgrade can that unpacks files with old dates."""
    inner = installation.package / "probe_inner.py"
    inner.write_text(INNER)
    (installation.package / "probe_outer.py").write_text(OUTER)
    times = inner.stat().st_atime_ns, inner.stat().st_mtime_ns
    without_pyc = {"PYTHONDONTWRITEBYTECODE": "1"}  # Python's own cache goes by size and date
    assert installation.run(ASK, **without_pyc)[1] == ["answer 22.0"]
    inner.write_text(INNER.replace("x + 1", "x + 5"))
    os.utime(inner, ns=times)
    assert installation.run(ASK, **without_pyc)[1] == ["answer 30.0"]


def test_an_installation_that_cannot_be_written_uses_the_users_folder(installation):
    block(installation.package / "__pycache__")
    first, output = installation.run(MEASURE)
    assert saved(first)
    assert all(str(installation.user_cache) in line for line in saved(first))
    assert output == ["norm 5.0"]
    second, _ = installation.run(MEASURE)
    assert loaded(second)
    assert not saved(second)
    edit(installation.package / "layout.py")
    third, _ = installation.run(MEASURE)
    assert saved(third)
    assert not loaded(third)


def test_without_any_folder_to_write_to_a_process_compiles_for_itself(installation):
    block(installation.package / "__pycache__")
    block(installation.user_cache)
    lines, output = installation.run(MEASURE)
    assert not saved(lines)
    assert not loaded(lines)
    assert output == ["norm 5.0"]


VANISH = """
import pathlib, shutil, rnn_kernels
folder = pathlib.Path(rnn_kernels.__file__).parent / "__pycache__"
shutil.rmtree(folder)
folder.write_text("in the way")
"""


def test_a_folder_that_vanishes_between_import_and_compilation_costs_no_run(installation):
    assert installation.run(VANISH + MEASURE)[1] == ["norm 5.0"]


def test_a_damaged_cache_costs_no_run_and_is_mended(installation):
    installation.run(MEASURE)
    for kind, content in (("nbi", b""), ("nbc", b"\0" * 99)):
        files = list((installation.package / "__pycache__").glob(f"*.{kind}"))
        assert files
        for file in files:
            file.write_bytes(content)
        lines, output = installation.run(MEASURE)
        assert saved(lines)
        assert output == ["norm 5.0"]
    assert not saved(installation.run(MEASURE)[0])


COMPILE_THEN_WORK = """
import numpy as np
from rnn_kernels import (
    Loss, Network, Optimizer, Workspace, compile_kernels, forward, initialise, measure, predict,
    train_steps,
)
cell, dtype, threads = {cell!r}, np.dtype({dtype!r}), {threads}
tiny = Network(cell=cell, input_size=1, hidden_size=20, output_size=1)
for optimizer in ("sgd", "adam"):
    compile_kernels(tiny, dtype, optimizer=optimizer, loss=Loss({loss!r}))
print("ready")
for optimizer in ("sgd", "adam"):
    network = Network(cell=cell, input_size=2, hidden_size=17, output_size=3)
    parameters = initialise(network, np.random.default_rng(0), dtype)
    gradient = np.zeros_like(parameters)
    workspace = Workspace(network, timesteps=9, batch_size=5, dtype=dtype, threads=threads)
    series, targets = np.ones((20, 2), dtype), np.ones((20, 3), dtype)
    starts = np.zeros((4, 5), np.int64)
    train_steps(
        network, parameters, gradient, Optimizer(optimizer, size=parameters.size, dtype=dtype),
        workspace, series, targets, starts, first=8, learning_rate=0.1, clip=1.0,
        losses=np.zeros(4), norms=np.zeros(4), loss=Loss({loss!r}),
    )
    outputs = workspace.y, workspace.target, workspace.dy
    measure(Loss({loss!r}), *outputs)
    predict(network, parameters, workspace, series, starts[0], targets[:5])
    forward(network, parameters, workspace)
"""


@pytest.mark.parametrize(
    ("cell", "dtype", "threads", "loss"),
    [("lstm", "float32", 1, "mse"), ("rnn", "float32", 2, "huber")],
)
def test_after_compile_kernels_nothing_is_left_to_compile_or_load(cell, dtype, threads, loss):
    """In the installed package, whose cache other tests have filled."""
    script = COMPILE_THEN_WORK.format(cell=cell, dtype=dtype, threads=threads, loss=loss)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"NUMBA_DEBUG_CACHE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    before, _, after = done.stdout.partition("ready\n")
    assert "[cache] data" in before
    assert "[cache]" not in after
