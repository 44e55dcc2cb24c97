"""A Parquet file as a table: its columns have types, its rows no lines."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rnn_tui.data.opening import Source
from rnn_tui.data.table import SAMPLE_ROWS, Block, Table
from rnn_tui.errors import DataError

if TYPE_CHECKING:
    import polars as pl

BLOCK_ROWS = 500_000


def parquet_table(source: Source) -> Table:
    """Return the table in a Parquet file; a packed one or standard input is read into memory.

    Raises
    ------
    DataError
        The file is damaged; while its blocks are read as well.
    """
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    try:
        lazy = pl.scan_parquet(source.path or source.stream.read(), glob=False)
        names = lazy.collect_schema().names()
        sample = lazy.head(SAMPLE_ROWS).collect()
    except pl.exceptions.PolarsError as error:
        raise _damaged(source.label, error) from error
    return Table(
        label=source.label,
        names=names,
        has_header=True,
        sample=sample,
        blocks=lambda columns: _blocks(
            source.label, lazy.select([names[column] for column in columns])
        ),
        word="row",
        layout="Parquet",
    )


def _blocks(label: str, lazy: "pl.LazyFrame") -> Iterator[Block]:
    import polars as pl  # noqa: PLC0415 - as above

    first = 0
    while True:
        try:
            cells = lazy.slice(first, BLOCK_ROWS).collect()
        except pl.exceptions.PolarsError as error:
            raise _damaged(label, error) from error
        if not len(cells):
            return
        yield Block(cells, first + 1)
        first += len(cells)


def _damaged(label: str, error: Exception) -> DataError:
    reason = str(error).partition("\n")[0]
    return DataError(f"{label}: is a damaged Parquet file ({reason}). Copy or write it again.")
