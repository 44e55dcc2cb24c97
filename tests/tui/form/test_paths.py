import pytest

from rnn_tui.tui.form.paths import complete_path, expand, path_fault


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "first.st").touch()
    (tmp_path / "prices.csv").touch()
    (tmp_path / ".hidden").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("~", "/"), ("~/mo", "dels/"), ("~/models/", "first.st"), ("mod", "els/"),
        ("models/f", "irst.st"), ("pri", "ces.csv"), (".hid", "den"), ("", ""), ("x", ""),
        ("nowhere/x", ""), ("~/models/first.st", ""), ("\0", ""),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("home")
def test_the_first_name_that_fits_completes_a_path(typed, rest):
    assert complete_path(typed) == rest


def test_a_path_from_the_root_is_completed(home):
    assert complete_path(f"{home}/pri") == "ces.csv"
    assert complete_path("/et").startswith("c/")


def test_the_home_folder_is_understood(home):
    assert expand(" ~/models/a.st ") == home / "models" / "a.st"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a.st", ""), ("~/models/new.st", ""), ("models/first.st", ""),
        ("  ", "give the name"), ("~/models", "is a folder"), ("none/a.st", "does not exist"),
        ("x" * 400, "is no name of a file"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("home")
def test_where_nothing_can_be_written_is_known_by_looking(typed, said):
    fault = path_fault(typed)
    assert said in fault
    assert bool(fault) is bool(said)


@pytest.mark.usefixtures("home")
def test_a_folder_without_permission_is_said(monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "cannot be written to" in path_fault("a.st")
