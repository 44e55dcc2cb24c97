"""The bytes of a text file as UTF-8, piece by piece, whatever they were encoded in."""

import codecs
import io
from collections.abc import Iterator

from rnn_tui.errors import DataError

PIECE_BYTES = 8 << 20
"""Bytes that are read at a time: the memory that reading takes is a small multiple of it."""

MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Byte-order marks; the longer before its beginning."""


def utf8_pieces(
    stream: io.BufferedReader,
    label: str,
    encoding: str | None,
    notes: list[str],
    size: int = PIECE_BYTES,
) -> Iterator[bytes]:
    """Yield the text of `stream` as UTF-8 piece by piece, old Macs' line ends as new ones.

    Without an `encoding`, a byte-order mark tells it, or zeros in every other byte (UTF-16); else
    it is UTF-8, or Latin-1 from the first line on that is no UTF-8, which is added to `notes`.

    Raises
    ------
    DataError
        The bytes are no text, or not in that encoding.
    """
    raw = stream.read(size)
    encoding, head = _known_encoding(raw, encoding)
    decoder = _Decoder(label, encoding or "utf-8", guess=encoding is None, notes=notes)
    piece = decoder.utf8(head, is_last=False)
    # Old Macs ended a line with \r alone; at the end of a piece it may be half a Windows line end.
    is_old_mac = b"\r" in piece[:-1] and b"\n" not in piece
    while raw or piece:
        yield piece.replace(b"\r", b"\n") if is_old_mac else piece
        raw = stream.read(size)
        piece = decoder.utf8(raw, is_last=not raw)


def _known_encoding(first: bytes, told: str | None) -> tuple[str | None, bytes]:
    for mark, encoding in MARKS:
        if first.startswith(mark) and (told is None or _same(told, encoding)):
            return encoding, first.removeprefix(mark)
    if told is not None:
        return told, first
    sample = first[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if min(even, odd) == 0 and max(even, odd) > len(sample) // 4:
        return ("utf-16-le" if odd else "utf-16-be"), first
    return None, first


def _same(told: str, found: str) -> bool:
    name = codecs.lookup(told).name
    return found == name or found.startswith(f"{name}-") or name == "utf-8-sig"


class _Decoder:
    """Decodes pieces that may end inside a character."""

    def __init__(self, label: str, encoding: str, *, guess: bool, notes: list[str]) -> None:
        self._label = label
        self._encoding = encoding
        self._guess = guess
        self._notes = notes
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._is_utf8 = codecs.lookup(encoding).name == "utf-8"
        self._only_ascii = True
        self._lines = 0
        self._bytes = 0

    def utf8(self, raw: bytes, *, is_last: bool) -> bytes:
        if self._is_utf8 and self._only_ascii and raw.isascii():
            piece = raw
        else:
            piece = self._decode(raw, is_last=is_last).encode()
        zero = piece.find(b"\0")
        if zero >= 0:
            raise DataError(
                f"{self._label}, byte {self._bytes + zero + 1:,}: is binary, not a text file. "
                "Export the series as CSV in UTF-8, or write it as Parquet."
            )
        self._lines += piece.count(b"\n")
        self._bytes += len(raw)
        return piece

    def _decode(self, raw: bytes, *, is_last: bool) -> str:
        try:
            text = self._decoder.decode(raw, is_last)
        except UnicodeError as error:
            return self._decode_otherwise(error, is_last=is_last)
        self._only_ascii = self._only_ascii and raw.isascii()
        return text

    def _decode_otherwise(self, error: UnicodeError, *, is_last: bool) -> str:
        if not isinstance(error, UnicodeDecodeError):  # some codecs raise no better
            raise DataError(f"{self._label}: is not {self._encoding}: {error}.") from error
        before = error.object[: error.start]
        line = 1 + self._lines + before.count(b"\n")
        where = f"{self._label}, line {line:,}: byte 0x{error.object[error.start]:02x}"
        if not (self._guess and self._only_ascii and before.isascii()):
            also = " as the lines before it are" if self._guess else ""
            raise DataError(
                f"{where} is not {self._encoding.upper()}{also}. Save the file as UTF-8, or give "
                "its encoding, for example --encoding latin-1."
            ) from error
        self._notes.append(f"{where} is not UTF-8, so the file was read as Latin-1 (--encoding).")
        self._encoding, self._guess, self._is_utf8 = "latin-1", False, False
        self._decoder = codecs.getincrementaldecoder("latin-1")()
        return self._decoder.decode(error.object, is_last)
