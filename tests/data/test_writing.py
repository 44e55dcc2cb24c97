import io
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rnn_tui.data.writing import KINDS, table_bytes, table_kind
from rnn_tui.errors import UsageError

HOURS = np.array(["2020-01-01T00:00", "2020-01-01T06:30"], "datetime64[s]")
COLUMNS = {
    "time": HOURS,
    "actual": np.array([0.1 + 0.2, np.nan]),
    "predicted": np.array([-1e-300, np.inf]),
    "split": np.array(["train", "future"]),
}


def test_csv():
    assert table_bytes(COLUMNS, ".csv").decode() == (
        "time,actual,predicted,split\n"
        "2020-01-01T00:00:00,0.30000000000000004,-1e-300,train\n"
        "2020-01-01T06:30:00,,,future\n"
    )


def test_json():
    assert json.loads(table_bytes(COLUMNS, ".json")) == [
        {"time": "2020-01-01T00:00:00", "actual": 0.1 + 0.2, "predicted": -1e-300,
         "split": "train"},
        {"time": "2020-01-01T06:30:00", "actual": None, "predicted": None, "split": "future"},
    ]  # fmt: skip


def test_parquet():
    frame = pl.read_parquet(io.BytesIO(table_bytes(COLUMNS, ".parquet")))
    assert frame["actual"].to_list() == [0.1 + 0.2, None]
    assert frame["time"].dtype == pl.Datetime("us")


@pytest.mark.parametrize("kind", [".csv", ".json"])
def test_whole_days_are_dates(kind):
    days = {"time": HOURS.astype("datetime64[D]")}
    text = table_bytes(days, kind).decode()
    assert text.count("2020-01-01") == 2
    assert ":00" not in text


def test_numbers_for_times_stay_numbers():
    assert table_bytes({"year": np.array([1700.0, 1701.5])}, ".csv") == b"year\n1700.0\n1701.5\n"


def test_the_kind_is_in_the_name():
    assert [table_kind(Path(f"a.b{kind.upper()}")) for kind in KINDS] == list(KINDS)
    with pytest.raises(UsageError, match=r"--output a\.txt: the name must end in \.csv"):
        table_kind(Path("a.txt"))
