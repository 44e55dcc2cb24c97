import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rnn_tui.config import DataConfig, build_config
from rnn_tui.data.reader import read_series
from rnn_tui.data.series import Series
from rnn_tui.errors import DataError


def read(path, column=()):
    return read_series(DataConfig(file=str(path), column=column))


FOLDER = Path(__file__).parent / "bad"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))


def test_every_bad_file_has_its_message():
    files = {path.name for path in FOLDER.iterdir()} - {"expected.toml", ".gitattributes"}

    assert files == set(EXPECTED)
    assert len(files) >= 60


@pytest.mark.parametrize("name", EXPECTED)
def test_bad_files(name):
    path = FOLDER / name
    message = EXPECTED[name]["message"].replace("{file}", str(path))
    config = build_config({"data": {"file": str(path), **EXPECTED[name].get("options", {})}})

    with pytest.raises(DataError) as error:
        read_series(config.data)
    if message.endswith("(…"):
        assert str(error.value).startswith(message[:-1])
    else:
        assert str(error.value) == message


def test_missing_file(tmp_path):
    with pytest.raises(DataError, match=r"nothing\.csv: no such file"):
        read(tmp_path / "nothing.csv")


def test_directory(tmp_path):
    with pytest.raises(DataError, match="is a directory"):
        read(tmp_path)


def test_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(DataError, match="is a pipe or a device"):
        read(tmp_path / "pipe")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_devices_are_refused(device):
    with pytest.raises(DataError, match="is a pipe or a device"):
        read(Path(device))


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"], ids=["too long", "NUL"])
def test_impossible_names(name):
    with pytest.raises(DataError, match="cannot be read"):
        read(Path(name))


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    path.write_bytes(b"v\n1\n2\n")

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    # Not by chmod: the superuser, as whom containers run tests, may read everything.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"table\.csv'?: cannot be read: Permission denied"):
        read(path)


def test_a_huge_sparse_file_is_refused_by_its_first_bytes(tmp_path):
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(DataError, match="byte 1: is binary"):
        read(path)


cells = st.sampled_from(
    ["1", "2.5", "-3", "1e5", "1e999", "nan", "", " ", "x", "é", '"', '"a"', '"1,5"', "1,5", "\r"]
)
oddities = st.sampled_from(
    ["2020-01-01", "2020-01-02", "2020-13", "9999-12-31", "inf", "year", "\ufeff", "\u2028", "#"]
)
structured = st.builds(
    lambda rows, delimiter, end: end.join(delimiter.join(row) for row in rows).encode(),
    st.lists(st.lists(cells | oddities, max_size=4), max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | structured, st.sampled_from([(), "1", "x", "", "column_1"]))
@example(b'"', ())
@example(b'1"\n2"\n', ())
def test_no_bytes_raise_anything_but_a_data_error(tmp_path, data, column):
    path = tmp_path / "fuzz.csv"
    path.write_bytes(data)
    try:
        series = read(path, column)
    except DataError as error:
        assert str(path) in str(error)  # noqa: PT017 - raising is allowed, not required
    else:
        assert isinstance(series, Series)
        assert len(series) >= 2
