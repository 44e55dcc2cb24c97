"""A table that grows while other programs replace, remove or write over its file."""

import fcntl
import os
import resource
import time

import numpy as np
import polars as pl
import pytest

from rnn_tui.errors import SaveError
from rnn_tui.training.claim import Claim
from rnn_tui.training.files import PART_PREFIX, check_writable, place_file
from rnn_tui.training.growing_table import GrowingTable


def rows(*values):
    return {"v": np.array(values, float)}


def read(path):
    kinds = {".csv": pl.read_csv, ".json": pl.read_json, ".parquet": pl.read_parquet}
    return kinds[path.suffix](path)["v"].to_list()


@pytest.fixture(params=["csv", "json"])
def path(request, tmp_path):
    return tmp_path / f"t.{request.param}"


def test_an_older_file_is_written_over_and_nothing_is_said(path):
    path.write_text("older")
    table = GrowingTable(Claim(path), rows(1, 2))
    table.append(rows(3))
    table.finish()
    assert read(path) == [1, 2, 3]
    assert table.take_notes() == ()
    assert list(path.parent.iterdir()) == [path]


def test_what_came_there_before_the_first_row_stays(path):
    claim = Claim(path)
    path.write_text("theirs")
    table = GrowingTable(claim, rows(1))
    table.append(rows(2))
    table.finish()
    assert path.read_text() == "theirs"
    assert read(claim.path) == [1, 2]
    assert claim.path.stem == "t-2"
    (note,) = table.take_notes()
    assert note.startswith(f"{path} was written by another program meanwhile")


def test_two_tables_on_one_path_lose_no_row(path):
    claims = [Claim(path), Claim(path)]
    first = GrowingTable(claims[0], rows(1))
    second = GrowingTable(claims[1], rows(-1))
    for value in (2, 3):
        first.append(rows(value))
        second.append(rows(-value))
    first.finish()
    second.finish()
    assert [claim.path.stem for claim in claims] == ["t", "t-2"]
    assert [read(claim.path) for claim in claims] == [[1, 2, 3], [-1, -2, -3]]


@pytest.mark.parametrize("more", [[], [3]])
def test_a_table_that_another_program_replaces_goes_on_beside_it_with_all_rows(path, more):
    claim = Claim(path)
    table = GrowingTable(claim, rows(1, 2))
    place_file(path, lambda file: file.write(b"theirs")).close()
    for value in more:
        table.append(rows(value))
    table.finish()
    assert path.read_text() == "theirs"
    assert read(claim.path) == [1, 2, *more]
    (note,) = table.take_notes()
    assert note.endswith(f"this run's is {claim.path}.")


def test_a_table_that_is_removed_is_there_again(path):
    table = GrowingTable(Claim(path), rows(1))
    path.unlink()
    table.append(rows(2))
    table.finish()
    assert read(path) == [1, 2]
    assert table.take_notes() == (f"{path} was removed meanwhile and is there again.",)


def test_a_table_that_is_written_over_where_it_stands_begins_anew_beside(path):
    claim = Claim(path)
    table = GrowingTable(claim, rows(1, 2))
    path.write_text("")  # as a rotation of logs that copies and cuts
    table.append(rows(3))
    table.append(rows(4))
    table.finish()
    assert path.read_text() == ""
    assert read(claim.path) == [3, 4]
    lost, beside = table.take_notes()
    assert lost == f"The rows that {path} had are lost: they were written over."
    assert beside.endswith(f"this run's is {claim.path}.")


def test_a_row_that_the_disk_has_half_a_place_for_leaves_the_table_whole(path):
    table = GrowingTable(Claim(path), rows(1, 2))
    table.append(rows(3))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 2, before[1]))
    try:
        with pytest.raises(SaveError, match=r"cannot be written: File too large"):
            table.append(rows(123456789, 5))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not table.is_open
    assert read(path) == [1, 2, 3]
    assert path.read_text()[-1] in "\n]"


def test_a_parquet_file_that_another_program_has_written_stays(tmp_path):
    path = tmp_path / "t.parquet"
    claim = Claim(path)
    table = GrowingTable(claim, rows(1))
    path.write_text("theirs")
    table.append(rows(2))
    table.finish()
    assert path.read_text() == "theirs"
    assert read(claim.path) == [1, 2]


def part_in(folder, name, seconds_old):
    part = folder / f"{PART_PREFIX}{name}"
    part.write_bytes(b"half a model")
    then = time.time() - seconds_old
    os.utime(part, (then, then))
    return part


def test_parts_of_killed_programs_are_removed_before_a_run(tmp_path):
    dead, young, written = (part_in(tmp_path, n, s) for n, s in (("a", 90), ("b", 5), ("c", 90)))
    target = tmp_path / "precious"
    target.write_text("kept")
    link = tmp_path / f"{PART_PREFIX}link"
    link.symlink_to(target)
    with written.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        check_writable(tmp_path / "m.safetensors")
    assert not dead.exists()
    assert young.exists()
    assert written.exists()
    assert target.read_text() == "kept"


def test_a_part_is_locked_while_it_is_written(tmp_path):
    def fill(file):
        (part,) = tmp_path.glob(f"{PART_PREFIX}*")
        with part.open("rb") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(b"whole")

    place_file(tmp_path / "m", fill).close()
    assert (tmp_path / "m").read_bytes() == b"whole"
