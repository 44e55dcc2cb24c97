"""What README tells people to type works."""

import re
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest

from rnn_tui.cli import Request, check_modes, configure, parse
from rnn_tui.config import RunConfig, build_config
from rnn_tui.data.scaling import Scaler
from rnn_tui.training.checkpoint import SavedModel, save_model

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


DATA = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def blocks(language, text=TEXT):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


COMMANDS = [
    line.partition("rnn-tui")[2].partition(">")[0]
    for block in (*blocks("sh"), *blocks("sh", DATA))
    for line in block.replace("\\\n", " ").splitlines()
    if re.match(r"(cat .*\| |ssh .*)?rnn-tui", line.strip())
]


def test_there_are_commands():
    assert len(COMMANDS) > 8


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_runs(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.toml").write_text(blocks("toml")[0])
    save_model(tmp_path / "close.safetensors", SavedModel(RunConfig(), (Scaler(0.0, 1.0),), 1, {}))
    request = parse(shlex.split(command))
    if command.rstrip().endswith("--print"):
        assert request == 0
        return
    assert isinstance(request, Request)
    check_modes(request)
    configure(request)


def test_the_configuration_file():
    config = build_config({}, tomllib.loads(blocks("toml")[0]))
    assert (config.model.cell, config.training.steps) == ("rnn", 2000)


def test_the_python(capsys):
    exec(blocks("python")[0].replace("steps=500", "steps=20"), {})
    verdict, predicted, upper = capsys.readouterr().out.replace("\n ", " ").splitlines()
    assert re.match(r"LSTM [\d.]+ (does not beat AR\(9\)|beats)", verdict)
    assert len(np.fromstring(predicted.strip("[]"), sep=" ")) == 5
    assert len(np.fromstring(upper.strip("[]"), sep=" ")) == 10


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", "docs/api.md", "docs/decisions/README.md"]
)
def test_every_link_leads_somewhere(document):
    path = ROOT / document
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_pictures_need_no_font_from_elsewhere():
    pictures = list((ROOT / "docs" / "pictures").glob("*.svg"))
    assert pictures
    for picture in pictures:
        text = picture.read_text(encoding="utf-8")
        assert not re.search("[\u2801-\u28ff\u2580-\u2588]", text)  # drawn as shapes
        assert "@font-face" not in text
        assert "url(http" not in text
        assert "monospace" in text
