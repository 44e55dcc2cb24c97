"""The one compile policy of the kernels, and a disk cache that never serves stale code.

Numba stamps a cache entry with the file of the decorated function alone, so an edit in a function
that it inlines from another file would go unnoticed. Here the stamp is a digest of every source
file of the package.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.cpu_options import ParallelOptions

numba_config: Any = numba.config  # its names are set at run time, unseen by a type checker

P = ParamSpec("P")
R = TypeVar("R")

FASTMATH = {"contract", "nsz", "arcp", "reassoc"}
"""Without nnan and ninf: a kernel must find the NaN or infinity of a diverging run."""

POLICY: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": FASTMATH}
"""nogil: the screen stays alive; error_model: a division by zero gives inf, not an exception."""


PRANGE_ONLY = ParallelOptions(  # type: ignore[no-untyped-call]
    dict.fromkeys(
        ("comprehension", "fusion", "inplace_binop", "numpy", "reduction", "setitem", "stencil"),
        False,
    )
    | {"prange": True}
)
"""fusion would merge two loops of equal length though the second reads what the first wrote: it
does not see through the functions that they call. No dictionary: Numba empties one as it compiles
for the first types, and takes its defaults for the next."""


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function by the policy, with its machine code cached on disk."""
    return _compiled(function, False)


def jit_parallel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function once more with its `prange` loops split over threads.

    The copy has a name of its own, for a cache entry is found by name and bytecode.
    """
    original = cast("FunctionType", function)
    name = f"{original.__name__}_parallel"
    copy = FunctionType(original.__code__, original.__globals__, name, original.__defaults__)
    copy.__qualname__ = name
    copy.__module__ = original.__module__
    return _compiled(cast("Callable[P, R]", copy), PRANGE_ONLY)


def _compiled(function: Callable[P, R], parallel: Any) -> Callable[P, R]:
    dispatcher: Any = numba.njit(parallel=parallel, **POLICY)(function)
    if not numba_config.DISABLE_JIT:
        # No folder is writable: compile anew in every process rather than fail at import.
        with suppress(RuntimeError):
            dispatcher._cache = PackageCache(function)  # noqa: SLF001  as enable_caching() does
    return cast("Callable[P, R]", dispatcher)


class PackageCache(FunctionCache):
    """Numba's cache of one function, stamped with the sources of its whole package."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        folder = Path(function.__code__.co_filename).parent
        self._cache_file = IndexDataCacheFile(  # type: ignore[no-untyped-call]
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=source_digest(folder),
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load the machine code; a damaged file counts as none, and is written anew."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001  there is no end to what unpickling garbage may raise
            with suppress(OSError):
                self._cache_file.flush()  # type: ignore[no-untyped-call]
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Store the machine code; a full or vanished disk costs the cache, not the run."""
        with suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


@cache
def source_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of the Python files in a folder."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.py")):
        source = file.read_bytes()
        digest.update(f"{file.name}\0{len(source)}\0".encode())
        digest.update(source)
    return digest.hexdigest()
