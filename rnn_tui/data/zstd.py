"""Zstandard, from the standard library where it has it (Python 3.14), else from its backport."""

import sys
from typing import BinaryIO, cast

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError, ZstdFile
else:
    from backports.zstd import ZstdError, ZstdFile

__all__ = ["ZstdError", "zstd_reader"]


def zstd_reader(packed: BinaryIO) -> BinaryIO:
    """Return a stream of the unpacked bytes; reading it raises ZstdError where they are damaged."""
    return cast("BinaryIO", ZstdFile(packed))
