"""What docs/api.md shows runs."""

import re
from pathlib import Path

import numpy as np
import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_runs(block, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    sales = 50 + 10 * np.sin(np.arange(200) / 3) + rng.normal(size=200)
    Path("sales.csv").write_text("sales\n" + "\n".join(f"{value:.3f}" for value in sales))
    exec(compile(block, "docs/api.md", "exec"), {})
    assert capsys.readouterr().out.count("\n") >= 1


def test_there_are_examples():
    assert len(BLOCKS) == 3
