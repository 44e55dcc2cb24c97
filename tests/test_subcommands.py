"""`rnn-tui config` and `rnn-tui keys`."""

import pytest

from rnn_tui import cli
from rnn_tui.settings import Settings, read_settings


@pytest.fixture
def settings(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    monkeypatch.setattr("rnn_tui.subcommands.settings_file", lambda: path)
    monkeypatch.setattr("rnn_tui.subcommands.log_folders", lambda: [tmp_path / "log"])
    return path


def test_config_prints_places_and_settings_that_can_be_kept(settings, capsys):
    assert cli.main(["config"]) == 0
    printed = capsys.readouterr().out
    assert f"# settings: {settings} (not there yet)" in printed
    assert f"# logs:     {settings.parent / 'log'}" in printed
    settings.write_text(printed)
    assert read_settings(settings) == Settings()


def test_config_prints_what_is_set(settings, capsys):
    settings.write_text('theme = "nord"\n[keys]\nquit = "Z"\n')
    assert cli.main(["config"]) == 0
    printed = capsys.readouterr().out
    assert 'theme = "nord"' in printed
    assert 'quit = "Z"' in printed


def test_keys_prints_every_action_with_the_keys_it_has(settings, capsys):
    settings.write_text('[keys]\nquit = "Z"\nwalk-faster = "f"\nform-jump = "ctrl+t"\n')
    assert cli.main(["keys"]) == 0
    lines = capsys.readouterr().out.splitlines()
    walk, forms = lines.index("In the walk:"), lines.index("In forms:")
    assert any(line.startswith("f ") and " walk-faster " in line for line in lines[walk:forms])
    assert any(line.startswith("^t ") and " form-jump " in line for line in lines[forms:])
    assert any(line.startswith("Z ") and " quit " in line for line in lines)
    assert any(line.startswith("space ") and " pause-or-resume " in line for line in lines)
    assert any(str(settings) in line for line in lines)


@pytest.mark.parametrize("command", ["config", "keys"])
def test_a_faulty_file_is_told_with_its_line(settings, capsys, command):
    settings.write_text("\nfps = 1000")
    assert cli.main([command]) == 2
    assert f"{settings}:2: fps: must be" in capsys.readouterr().err
