import numpy as np
import pytest

from rnn_tui.config import DataConfig
from rnn_tui.data.reader import read_series
from rnn_tui.errors import DataError

CSV = "t,v,w\n1,,5\n2,1,6\n4,NA,7\n6,5,\n8,?,9\n9,8,4\n10,,3\n"


def read(tmp_path, missing, text=CSV, **options):
    path = tmp_path / "gaps.csv"
    path.write_text(text)
    return read_series(DataConfig(file=str(path), missing=missing, **{"column": "v", **options}))


def test_gaps_are_an_error_by_default(tmp_path):
    with pytest.raises(DataError) as error:
        read(tmp_path, "error")

    assert "line 2, column 'v': no value, the first of 4 gaps" in str(error.value)
    for policy in ("ffill", "interpolate", "drop"):
        assert policy in str(error.value)


def test_the_value_before_fills(tmp_path):
    series = read(tmp_path, "ffill")

    assert series.values.tolist() == [1, 1, 5, 5, 8, 8]
    assert series.time.tolist() == [2, 4, 6, 8, 9, 10]
    assert [note.partition(": ")[2] for note in series.notes] == [
        (
            "the times are irregular: the usual step is 1, but line 4 comes 2 after line 3 (so do "
            "lines 5 and 6). A network reads rows, not times."
        ),
        "3 gaps, the first in line 4, were filled with the value before.",
        (
            "1 of 7 rows, the first line 2, at an end have nothing to fill them from and were left "
            "out."
        ),
    ]


def test_a_line_across_follows_time_and_not_rows(tmp_path):
    series = read(tmp_path, "interpolate")

    np.testing.assert_allclose(series.values, [1, 3, 5, 7, 8])
    assert series.time.tolist() == [2, 4, 6, 8, 9]
    assert any("which looks ahead" in note for note in series.notes)


def test_rows_are_left_out(tmp_path):
    series = read(tmp_path, "drop", column=["v", "w"])

    assert series.targets.tolist() == [[1, 6], [8, 4]]
    assert series.time.tolist() == [2, 9]
    assert any("5 of 7 rows, the first line 2, have a gap" in note for note in series.notes)


def test_each_column_is_filled_by_itself(tmp_path):
    series = read(tmp_path, "ffill", column="w", covariates="v")

    assert series.values.tolist() == [6, 7, 7, 9, 4, 3]
    assert series.covariates[0].values.tolist() == [1, 1, 5, 5, 8, 8]


@pytest.mark.parametrize("missing", ["ffill", "interpolate", "drop"])
def test_nothing_is_said_where_there_is_no_gap(tmp_path, missing):
    series = read(tmp_path, missing, "t,v\n1,1\n2,5\n3,2\n")

    assert series.values.tolist() == [1, 5, 2]
    assert series.notes == ()
