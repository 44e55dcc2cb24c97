"""What is built from the tree: it has what it needs, and runs where the tree is not."""

import os
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from rnn_tui import __version__

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.slow


def run(*command, **changes):
    options = {"capture_output": True, "text": True, "timeout": 300}
    done = subprocess.run(command, check=False, **(options | changes))
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(folder, *targets, source=ROOT):
    wanted = [word for target in targets for word in ("-t", target)]
    run(sys.executable, "-m", "hatchling", "build", *wanted, "-d", str(folder), cwd=source)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build(folder, "sdist", "wheel")
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    [path] = built.glob("*.whl")
    return path


def names_in(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_has_two_packages_and_all_their_files(wheel):
    names = names_in(wheel)
    info = f"rnn_tui-{__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"rnn_tui", "rnn_kernels", info}
    for package, folder in (("rnn_tui", ROOT), ("rnn_kernels", ROOT / "kernels")):
        sources = {
            str(path.relative_to(folder))
            for path in (folder / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert sources <= names
    assert {"rnn_tui/py.typed", "rnn_tui/tui/styles.tcss", f"{info}/licenses/LICENSE"} <= names


def test_the_wheel_says_what_it_is(wheel):
    with zipfile.ZipFile(wheel) as archive:
        info = f"rnn_tui-{__version__}.dist-info"
        metadata = message_from_string(archive.read(f"{info}/METADATA").decode())
        scripts = archive.read(f"{info}/entry_points.txt").decode()
    assert (metadata["Name"], metadata["Version"]) == ("rnn-tui", __version__)
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata.get_payload().startswith("# rnn-tui")
    assert scripts.split() == ["[console_scripts]", "rnn-tui", "=", "rnn_tui.cli:main"]


def test_the_sdist_has_what_its_tests_need_and_builds_the_same_wheel(built, wheel, tmp_path):
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, filter="data")
    [tree] = tmp_path.iterdir()
    for name in (
        "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "constraints.txt",
        "pyproject.toml", ".ci/run", "docs/architecture.md", "examples/RNN_TimeSeries.py",
        "tests/test_cli.py", "benchmarks/sunspots.py", "kernels/rnn_kernels/lstm.py",
    ):  # fmt: skip
        assert (tree / name).is_file(), name
    assert os.access(tree / ".ci" / "run", os.X_OK)
    assert not list(tree.rglob("__pycache__"))
    build(tmp_path / "again", "wheel", source=tree)
    [again] = (tmp_path / "again").iterdir()
    assert names_in(again) == names_in(wheel)


def test_the_wheel_runs_outside_the_tree_beside_a_package_called_kernels(wheel, tmp_path):
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    (site / "kernels").mkdir(parents=True)
    (site / "kernels" / "__init__.py").write_text("whose = 'somebody else'\n")
    elsewhere.mkdir()
    run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-index", "--target", str(site), str(wheel)),
    )
    options = {
        "cwd": elsewhere,
        "env": os.environ | {"PYTHONPATH": str(site)},
    }
    places = run(
        *(sys.executable, "-c"),
        "import kernels, rnn_kernels, rnn_tui\n"
        "print(kernels.whose, rnn_kernels.__file__, rnn_tui.__file__, sep='\\n')",
        **options,
    ).splitlines()
    assert places == [
        "somebody else",
        str(site / "rnn_kernels" / "__init__.py"),
        str(site / "rnn_tui" / "__init__.py"),
    ]
    script = site / "bin" / "rnn-tui"
    assert run(script, "--version", **options) == f"rnn-tui {__version__}\n"
    summary = run(script, "--batch", "--cell", "rnn", "--hidden", "2", "--steps", "3", **options)
    assert summary.startswith("RNN 2 on sunspots: completed after 3 steps")
    assert {path.name for path in site.iterdir()} == {
        "bin", "kernels", "rnn_kernels", "rnn_tui", f"rnn_tui-{__version__}.dist-info",
    }  # fmt: skip
