"""Any table, written in any of the dialects that are read, comes back as it was."""

import gzip
import io
import json

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rnn_tui.config import DataConfig
from rnn_tui.data.decoding import utf8_pieces
from rnn_tui.data.lines import text_blocks
from rnn_tui.data.reader import read_series
from rnn_tui.errors import DataError

numbers = st.floats(-1e9, 1e9).map(lambda value: round(value, 4) + 0.0)
columns = st.lists(numbers, min_size=2, max_size=30).filter(lambda values: len(set(values)) > 1)
notes = st.text("abcä \"',;\n", max_size=6).map(lambda text: f"x{text}")
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"]


def quote(cell):
    return '"' + cell.replace('"', '""') + '"'


@st.composite
def tables(draw):
    """A column of numbers beside one of text, as bytes in some dialect."""
    values, name = draw(columns), draw(st.sampled_from(["flow", "größe"]))
    texts = draw(st.lists(notes, min_size=len(values), max_size=len(values)))
    delimiter, decimal = draw(st.sampled_from([",.", ";.", ";,", "\t.", "|."]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    rows = [["note", name]]
    for value, text in zip(values, texts, strict=True):
        rows.append([quote(text), repr(value).replace(".", decimal)])
    last = draw(st.sampled_from(["", end, end * 3, f"{end} {end}"]))
    text = end.join(delimiter.join(row) for row in rows) + last
    data = text.encode(draw(st.sampled_from(ENCODINGS)))
    told = DataConfig(file="-", column=name, delimiter=delimiter, header=True)
    return values, told, gzip.compress(data) if draw(st.booleans()) else data


@given(tables())
def test_a_table_in_any_dialect(case):
    values, told, data = case
    config = DataConfig(file="-", column=told.column)

    np.testing.assert_array_equal(read_series(config, io.BytesIO(data)).values, values)


@settings(max_examples=40)
@given(tables(), st.integers(8, 80))
def test_a_table_in_pieces(case, piece_bytes):
    values, told, data = case
    series = read_series(told, io.BytesIO(data), piece_bytes=piece_bytes)

    np.testing.assert_array_equal(series.values, values)


@given(columns, st.booleans(), st.integers(1, 100))
def test_json_lines(values, is_text, piece_bytes):
    lines = [json.dumps({"v": str(value) if is_text else value}) for value in values]
    data = "\n".join(lines).encode()
    series = read_series(
        DataConfig(file="-", format="jsonl"), io.BytesIO(data), piece_bytes=piece_bytes
    )

    np.testing.assert_array_equal(series.values, values)


@given(columns)
def test_parquet(values):
    stream = io.BytesIO()
    pl.DataFrame({"v": values}).write_parquet(stream)
    series = read_series(DataConfig(file="-"), io.BytesIO(stream.getvalue()))

    np.testing.assert_array_equal(series.values, values)


@given(st.text('a1"\n\r, é', max_size=60), st.integers(1, 20), st.booleans())
def test_blocks_are_the_text_cut_at_ends_of_lines(text, size, quoted):
    """Nothing is lost but blank ends, and no block ends inside quotes or inside a line."""
    data = text.encode()
    assume(b"\n" in data[:size] or b"\r" not in data[:size])  # else \r alone ends lines
    assume(not quoted or text.count('"') % 2 == 0)
    blocks = list(
        text_blocks(io.BufferedReader(io.BytesIO(data)), "x", "utf-8", [], quoted=quoted, size=size)
    )

    joined = b"".join(block.data for block in blocks)
    kept = data.strip(b' \t\r\n",;|\xc2\xa0')
    assert kept in joined
    assert joined in data
    for block in blocks[:-1]:
        assert block.data.endswith(b"\n")
        assert not quoted or block.data.count(b'"') % 2 == 0
    if blocks:
        start = data.index(joined)
        lines = [1 + data[:start].count(b"\n")]
        lines += [
            lines[0] + joined[: sum(len(b.data) for b in blocks[:i])].count(b"\n")
            for i in range(1, len(blocks))
        ]
        assert [block.first_line for block in blocks] == lines


@given(st.text("aé€𝄞\n", max_size=40), st.sampled_from(ENCODINGS[:4]), st.integers(1, 9))
def test_characters_are_never_cut(text, encoding, size):
    data = text.encode(encoding)
    pieces = list(utf8_pieces(io.BufferedReader(io.BytesIO(data)), "x", encoding, [], size))

    for piece in pieces:
        piece.decode("utf-8")
    assert b"".join(pieces).decode().removeprefix("\ufeff") == text


def test_a_bad_row_deep_in_a_file_is_found_at_its_line(tmp_path):
    path = tmp_path / "long.csv"
    lines = [f'"a\nb",{i % 97}' if i % 10 == 0 else f"c,{i % 97}" for i in range(5000)]
    lines[4321] = "c,oops"
    path.write_text("note,v\n" + "\n".join(lines) + "\n")
    line = path.read_text().split("\n").index("c,oops") + 1

    with pytest.raises(DataError, match=f"line {line:,}, column 'v': 'oops'"):
        read_series(DataConfig(file=str(path)), piece_bytes=1000)
