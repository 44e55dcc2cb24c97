"""Which way imports may point: the table of docs/architecture.md, read from the source.

An import inside a function counts like any other; one under `if TYPE_CHECKING:` does not, since it
is never executed.
"""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (ROOT / "rnn_tui", ROOT / "kernels" / "rnn_kernels")

BASE = {"config", "errors"}
DRAWING = {"axes", "cells", "charts", "dots", "raster"}
ENGINE = {"data", "forecasting", "gradients", "training"}
MAY_IMPORT = {
    "errors": set(),
    "streams": {"errors"},
    "places": set(),
    "crash": {"__init__", "places"},
    "choices": set(),
    "config": {"choices", "errors", "values"},
    "values": {"choices"},
    "settings": {"errors"},
    "axes": set(),
    "cells": set(),
    "dots": set(),
    "raster": set(),
    "charts": {"axes", "cells", "dots", "raster"},
    "data": BASE,
    "forecasting": BASE | {"data"},
    "gradients": BASE | {"data", "rnn_kernels"},
    "training": BASE
    | {"choices", "crash", "data", "forecasting", "gradients", "rnn_kernels", "__init__"},
    "batch": BASE | DRAWING | ENGINE | {"streams", "toml"},
    "tui": BASE | DRAWING | ENGINE | {"crash", "options", "places", "settings", "streams"},
    "api": BASE | ENGINE,
    "setting": set(),
    "followoptions": {"setting"},
    "forecastoptions": {"setting"},
    "trainingoptions": {"setting"},
    "options": {"followoptions", "forecastoptions", "setting", "trainingoptions"},
    "request": BASE | {"grid", "options", "setting", "training"},
    "grid": BASE,
    "toml": BASE,
    "subcommands": {"batch", "errors", "places", "request", "settings", "toml", "tui"},
    "cli": BASE
    | {"__init__", "batch", "crash", "options", "request", "setting", "streams", "subcommands"}
    | {"training", "tui"},
    "__main__": {"cli"},
    "__init__": {"api"},
    "rnn_kernels": set(),
}
"""Part of rnn_tui (a module or a package in it), or rnn_kernels -> the parts it may import."""

OUTSIDE = {
    "rnn_kernels": {"numpy", "numba", "llvmlite"},
    "data": {"backports", "numpy", "polars"},
    "forecasting": {"numpy", "statsmodels"},
    "gradients": {"numpy"},
    "training": {"numpy", "safetensors"},
    "config": {"pydantic", "pydantic_core"},
    "values": {"pydantic"},
    "errors": set(),
    "streams": set(),
    "places": {"platformdirs"},
    "crash": set(),
    "settings": {"pydantic"},
    "axes": {"numpy"},
    "cells": {"numpy"},
    "charts": {"numpy"},
    "dots": {"numpy"},
    "raster": {"numpy", "plotext"},
    "batch": {"numpy", "rich"},
    "tui": {"numpy", "rich", "textual"},
    "api": {"numpy", "sklearn"},
    "grid": set(),
    "setting": set(),
    "followoptions": {"click"},
    "toml": set(),
    "forecastoptions": {"click"},
    "trainingoptions": {"click"},
    "choices": set(),
    "options": {"click"},
    "request": {"click"},
    "subcommands": {"click"},
    "cli": {"click"},
    "__main__": set(),
    "__init__": set(),
}
"""Part -> the libraries, beside Python's own, that it may import."""

STANDARD = sys.stdlib_module_names | {"compression"}
"""Python's own modules; the last came with 3.14."""

SOURCES = [path for package in PACKAGES for path in sorted(package.rglob("*.py"))]


def part_of(path):
    if "rnn_kernels" in path.parts:
        return "rnn_kernels"
    return path.relative_to(ROOT / "rnn_tui").parts[0].removesuffix(".py")


def is_type_checking(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def executed(node):
    """Yield a tree's nodes but for what stands under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if not is_type_checking(child):
            yield child
            yield from executed(child)


def imported_by(tree):
    for node in executed(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def target_of(name):
    """Return the part that `from rnn_tui.x import y`, written rnn_tui.x.y, leads to."""
    parts = name.split(".")
    if parts[0] != "rnn_tui":
        return parts[0]
    return parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else "__init__"


def imports_at_start(path):
    """Return what importing the module imports, not what its functions do later."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
        function.body = [ast.Pass()]
    return {name.partition(".")[0] for name in imported_by(tree)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_the_way_the_table_says(path):
    part = part_of(path)
    for name in imported_by(ast.parse(path.read_text(encoding="utf-8"))):
        target = target_of(name)
        if target in MAY_IMPORT:
            assert target == part or target in MAY_IMPORT[part], f"{part} imports {name}"
        elif target not in STANDARD:
            assert target in OUTSIDE[part], f"{part} imports {name}"


def test_every_part_has_its_line():
    assert {part_of(path) for path in SOURCES} == set(MAY_IMPORT) == set(OUTSIDE)


def test_no_two_parts_import_each_other():
    reaches = {part: set(targets) for part, targets in MAY_IMPORT.items() if part != "__init__"}
    for targets in reaches.values():
        targets.discard("__init__")  # the version, which imports nothing
    for _ in reaches:
        for targets in reaches.values():
            targets.update(*[reaches[target] for target in targets])
    assert [part for part, targets in reaches.items() if part in targets] == []


def test_the_command_imports_nothing_heavy_before_it_knows_what_for():
    for name in (
        *("cli", "options", "subcommands", "errors", "streams", "crash", "places"),
        *("__init__", "__main__"),
    ):
        assert (
            imports_at_start(ROOT / "rnn_tui" / f"{name}.py")
            & ({"numpy", "numba", "textual", "plotext", "polars", "rich", "pydantic"})
            == set()
        )


def test_what_the_app_imports_before_its_first_frame_is_not_numba():
    import subprocess

    code = "import sys, rnn_tui.tui.running, rnn_tui.training.session; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numba", "llvmlite", "polars"} & set(done.stdout.split())


def test_the_rules_find_an_offender():
    tree = ast.parse(
        "import numba\nif TYPE_CHECKING:\n    import textual\ndef f():\n    import x.y"
    )
    assert list(imported_by(tree)) == ["numba", "x.y"]
    assert target_of("rnn_tui.training.session.Session") == "training"
    assert target_of("rnn_tui.__version__") == "__init__"


def test_the_documented_table_is_the_tested_one():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+`) +\| ([^|]+) \|$", text, re.MULTILINE)
    documented = {
        part: set(re.findall(r"`(\w+)`", may))
        for parts, may in rows
        for part in re.findall(r"`(\w+)`", parts)
    }
    for part, may in documented.items():
        assert may == MAY_IMPORT[part] - {"__init__"}, part
    assert documented.keys() == set(MAY_IMPORT) - {"__init__", "__main__"}


def test_the_documented_libraries_are_the_tested_ones():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) +\| ([^|]+) +\| [^|]+ \|$", text, re.MULTILINE)
    documented = {library.casefold(): set(re.findall(r"`(\w+)`", parts)) for library, parts in rows}
    for library in set().union(*OUTSIDE.values()) - {"llvmlite", "pydantic_core"}:
        assert documented[library] == {part for part, may in OUTSIDE.items() if library in may}
