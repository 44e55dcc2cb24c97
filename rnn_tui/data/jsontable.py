"""JSON Lines as a table: one object on each line, its keys the columns, all cells text."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from rnn_tui.config import DataConfig
from rnn_tui.data.lines import TextBlock, text_blocks
from rnn_tui.data.opening import Source
from rnn_tui.data.table import SAMPLE_ROWS, Block, Table, select
from rnn_tui.errors import DataError

if TYPE_CHECKING:
    import polars as pl


def json_table(source: Source, config: DataConfig, notes: list[str]) -> Table:
    """Return the table of a text with one JSON object on each line.

    The columns are the keys of the first 1,000 objects; a key that an object lacks is a gap.

    Raises
    ------
    DataError
        A line is no JSON object; while the blocks are read as well.
    """
    texts = text_blocks(
        source.stream, source.label, config.encoding, notes, quoted=False, size=source.piece_bytes
    )
    first = next(texts, None)
    if first is None:
        raise DataError(f"{source.label}: is empty. Give one JSON object on each line.")
    names = _keys(source.label, first)
    block = _parse(source.label, first, names)
    return Table(
        label=source.label,
        names=names,
        has_header=True,
        sample=block.cells.head(SAMPLE_ROWS),
        blocks=lambda columns: select(chain([block], _parsed(source.label, texts, names)), columns),
        first_line=block.first_line,
        layout="keys of JSON objects",
    )


def _keys(label: str, block: TextBlock) -> list[str]:
    lines = block.data.split(b"\n", SAMPLE_ROWS)[:SAMPLE_ROWS]
    keys: dict[str, None] = {}
    for number, line in enumerate(lines, block.first_line):
        if line.strip():
            keys |= dict.fromkeys(_object(label, number, line))
    return list(keys)


def _parsed(label: str, texts: Iterator[TextBlock], names: list[str]) -> Iterator[Block]:
    return (_parse(label, text, names) for text in texts)


def _parse(label: str, block: TextBlock, names: list[str]) -> Block:
    import polars as pl  # noqa: PLC0415 - 260 ms that only users' files need

    lines = block.data.rstrip(b"\r\n").count(b"\n") + 1
    try:
        cells = pl.read_ndjson(block.data, schema=dict.fromkeys(names, pl.String))
    except (pl.exceptions.PolarsError, UnicodeError):
        cells = _slowly(label, block, names)
    if len(cells) != lines:  # there are blank lines, which are left out: count with them
        cells = _slowly(label, block, names)
    return Block(cells, block.first_line)


def _slowly(label: str, block: TextBlock, names: list[str]) -> "pl.DataFrame":
    """Read what the fast parser refuses: NaN, Infinity, blank lines; or say what is wrong."""
    import polars as pl  # noqa: PLC0415 - as above

    columns: dict[str, list[str | None]] = {name: [] for name in names}
    for number, line in enumerate(block.data.rstrip(b"\r\n").split(b"\n"), block.first_line):
        found = _object(label, number, line) if line.strip() else {}
        for name in names:
            columns[name].append(_text(found.get(name)))
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))


def _object(label: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise DataError(
            f"{label}, line {number:,}: is not JSON ({reason}). "
            'JSON Lines have one object on each line, such as {"date": "2020-01-01", "v": 1}.'
        ) from error
    if not isinstance(found, dict):
        raise DataError(
            f"{label}, line {number:,}: is no JSON object. "
            'JSON Lines have one object on each line, such as {"date": "2020-01-01", "v": 1}.'
        )
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
