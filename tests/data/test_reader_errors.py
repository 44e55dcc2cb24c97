import gzip
import json
import os
import tomllib
from pathlib import Path

import numpy as np
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


def test_an_address_is_not_downloaded():
    with pytest.raises(DataError) as error:
        read("https://example.com/x.csv")
    assert str(error.value) == (
        "https://example.com/x.csv: no such file. Nothing is downloaded: "
        "curl -sL https://example.com/x.csv | rnn-tui --data -"
    )


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


json_lines = st.lists(
    st.dictionaries(
        st.sampled_from(["t", "v", "x", ""]),
        st.none()
        | st.booleans()
        | st.floats()
        | st.text("1x-")
        | st.lists(st.integers(), max_size=2),
        max_size=3,
    ),
    max_size=6,
).map(lambda rows: "\n".join(json.dumps(row) for row in rows).encode())
anything = (
    st.binary(max_size=80)
    | structured
    | json_lines
    | structured.map(gzip.compress)
    | structured.map(lambda data: data.decode().encode("utf-16"))
    | structured.map(lambda data: b"PAR1" + data + b"PAR1")
)
options = st.fixed_dictionaries(
    {},
    optional={
        "column": st.sampled_from(["1", "x", "", "v", "column_1", ["column_1", "column_2"]]),
        "covariates": st.sampled_from(["x", "column_2"]),
        "time_column": st.sampled_from(["none", "column_1", "t", "x"]),
        "format": st.sampled_from(["csv", "tsv", "jsonl", "parquet"]),
        "delimiter": st.sampled_from([",", ";", "tab", " "]),
        "header": st.booleans(),
        "encoding": st.sampled_from(["utf-8", "utf-16", "latin-1"]),
        "decimal": st.sampled_from([".", ","]),
        "date_format": st.sampled_from(["%Y-%m-%d", "%d", "x"]),
        "missing": st.sampled_from(["ffill", "interpolate", "drop"]),
    },
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything, options, st.sampled_from([1 << 20, 16]))
@example(b'"', {}, 16)
@example(b'1"\n2"\n', {}, 1 << 20)
def test_no_bytes_raise_anything_but_a_data_error(tmp_path, data, options, piece_bytes):
    path = tmp_path / "fuzz"
    path.write_bytes(data)
    try:
        series = read_series(DataConfig(file=str(path), **options), piece_bytes=piece_bytes)
    except DataError as error:
        assert str(path) in str(error) or "--date-format" in str(error)  # noqa: PT017 - allowed, not required
    else:
        assert isinstance(series, Series)
        assert len(series) >= 2
        assert np.isfinite(series.targets).all()
        assert (series.time[1:] > series.time[:-1]).all()
        assert all(np.ptp(column) > 0 for column in series.targets.T)
