"""Cut a text into blocks of whole lines, so that a file of any length takes little memory."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnn_tui.data.decoding import PIECE_BYTES, utf8_pieces
from rnn_tui.errors import DataError

LONGEST_LINE = 64 << 20
BLANK_BYTES = b' \t\r\n"\xc2\xa0,;|'
"""Bytes of lines without a value: blanks (a hard one has two bytes), quotes, delimiters."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Whole lines of UTF-8, the last of them not blank."""

    data: bytes
    first_line: int
    """Number of the first of them in the file, counted from 1."""


def text_blocks(
    stream: io.BufferedReader,
    label: str,
    encoding: str | None,
    notes: list[str],
    *,
    quoted: bool,
    size: int = PIECE_BYTES,
) -> Iterator[TextBlock]:
    """Yield the lines of a text; blank lines at its ends are left out.

    Parameters
    ----------
    quoted
        Whether a line goes on after a line end inside quotation marks.

    Raises
    ------
    DataError
        See `utf8_pieces`; and where a line is longer than 64 MiB, or a quotation mark never closed.
    """
    held, line = b"", 1
    for piece, is_last in _with_last(utf8_pieces(stream, label, encoding, notes, size)):
        held += piece
        if is_last:
            break
        if line == 1 and not held.strip(b"\r\n \t"):
            continue
        cut = _last_cut(held, quoted=quoted)
        if cut:
            block, held = held[:cut], held[cut:]
            yield from _block(block, line)
            line += block.count(b"\n")
        elif len(held) > LONGEST_LINE and held.strip(BLANK_BYTES):
            raise DataError(f"{label}, line {line:,}: {_why_endless(held, quoted=quoted)}")
    if quoted and held.count(b'"') % 2:
        raise DataError(
            f'{label}, line {line + _opening_line(held):,}: a quotation mark (") is opened and '
            "never closed. Close or remove it."
        )
    yield from _block(_without_blank_end(held, quoted=quoted), line)


def _block(data: bytes, line: int) -> Iterator[TextBlock]:
    if line == 1:
        blank = data.rfind(b"\n", 0, len(data) - len(data.lstrip(b" \t\r\n"))) + 1
        line += data[:blank].count(b"\n")
        data = data[blank:]
    if data:
        yield TextBlock(data, line)


def _with_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each piece, and whether it is the last: what is left at the end joins its block."""
    piece = next(pieces, None)
    while piece is not None:
        following = next(pieces, None)
        yield piece, following is None
        piece = following


def _without_blank_end(held: bytes, *, quoted: bool) -> bytes:
    filled = len(held.rstrip(BLANK_BYTES))
    cut = held.find(b"\n", filled) + 1 if filled else 0
    is_inside = quoted and held.count(b'"', 0, cut) % 2
    return held if filled and (not cut or is_inside) else held[:cut]


def _last_cut(held: bytes, *, quoted: bool) -> int:
    """Return the end of the last whole line that is not blank, 0 where there is none."""
    end = held.rfind(b"\n") + 1
    if quoted and b'"' in held:
        end = _last_end_outside_quotes(held)
    while end:
        filled = len(held[:end].rstrip(BLANK_BYTES))
        if not filled:
            return 0
        cut = held.find(b"\n", filled) + 1
        if not quoted or held.count(b'"', 0, cut) % 2 == 0:
            return cut
        # The line end is inside quotes that hold nothing but blanks: cut before that line.
        end = _last_end_outside_quotes(held[:filled])
    return 0


def _last_end_outside_quotes(held: bytes) -> int:
    marks = np.frombuffer(held, np.uint8)
    inside = np.bitwise_xor.accumulate((marks == ord('"')).view(np.uint8))
    ends = np.flatnonzero((marks == ord("\n")) & (inside == 0))
    return int(ends[-1]) + 1 if ends.size else 0


def _opening_line(held: bytes) -> int:
    """Return how many line ends stand before the quotation mark that opens and never closes."""
    return held.count(b"\n", 0, held.rfind(b'"'))


def _why_endless(held: bytes, *, quoted: bool) -> str:
    if quoted and held.count(b'"') % 2 and b"\n" in held:
        return (
            'a quotation mark (") that opens here is not closed within 64 MiB. Close or remove it.'
        )
    return (
        "the line is longer than 64 MiB. A series is a column with one number on each line; "
        "is the file a table of text?"
    )
