"""The one compile policy of the kernels, and a disk cache that never serves stale code.

Numba stamps a cache entry with the file of the decorated function alone, so an edit in a function
that it inlines from another file would go unnoticed. Here the stamp is a digest of every source
file of the package.
"""

import ctypes
import hashlib
import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba import types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.compiler import Compiler
from numba.extending import intrinsic, register_jitable

numba_config: Any = numba.config  # its names are set at run time, unseen by a type checker

P = ParamSpec("P")
R = TypeVar("R")

FASTMATH = {"contract", "nsz", "arcp", "reassoc"}
"""Without nnan and ninf: a kernel must find the NaN or infinity of a diverging run."""

OPTIMISATION_LEVEL = 2
"""Of LLVM. Its third makes the kernels no faster, and takes a tenth longer to compile them."""


class Sparing(Compiler):
    """Numba's compiler at our level of optimisation; a lower one in NUMBA_OPT holds.

    Numba has the level for a whole process alone. Whoever compiles holds its global lock, so that
    nothing else is compiled meanwhile.
    """

    def compile_extra(self, func: Any) -> Any:
        """Compile a function."""
        level = numba_config.OPT
        numba_config.OPT = type(level)(min(level, OPTIMISATION_LEVEL))
        try:
            return super().compile_extra(func)  # type: ignore[no-untyped-call]
        finally:
            numba_config.OPT = level


POLICY: dict[str, Any] = {
    "pipeline_class": Sparing,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": FASTMATH,
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
"""nogil: the screen stays alive; error_model: a division by zero gives inf, not an exception; the
rest saves a seventh of the time of compilation: nobody calls by C's convention, and code that
allocates nothing counts no references."""


class CompilerOffError(RuntimeError):
    """The passes through a network are machine code: without the compiler there are none."""

    def __init__(self) -> None:
        super().__init__("NUMBA_DISABLE_JIT is set, but the kernels need the compiler: unset it")


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function by the policy, with its machine code cached on disk."""
    return _compiled(function)


def jit_part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function by the policy that is called by its address alone, never from Python."""
    return _compiled(function, no_cpython_wrapper=True)


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Let compiled code call a function; called from Python it stays Python."""
    return register_jitable(no_cpython_wrapper=True, **POLICY)(function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function into each of its callers, and nowhere else.

    For what holds much machine code and has one caller: LLVM optimises a function once by itself
    and again in every function around it.
    """
    return cast("Callable[P, R]", numba.njit(inline="always", **POLICY)(function))


def copy_with(function: Callable[P, R], suffix: str, **meanings: Any) -> Callable[P, R]:
    """Return a copy of a function with other meanings of the global names that it uses.

    One source serves several cells thus, and each is compiled without the others' code.
    """
    original = cast("FunctionType", function)
    name = f"{original.__name__}_{suffix}"
    names = {**original.__globals__, **meanings}
    copy = FunctionType(original.__code__, names, name, original.__defaults__)
    copy.__qualname__ = name
    copy.__module__ = original.__module__
    return cast("Callable[P, R]", copy)


def filled_in(*_arguments: Any) -> None:
    """Stand in for a name that only the copies of a function give a meaning."""
    raise RuntimeError("a global name that copy_with is to replace was called as it stands")


def address_of(function: Callable[..., Any], *kinds: Any) -> int:
    """Compile a function that returns nothing for Numba types, and return where its code lies.

    Where NUMBA_DISABLE_JIT is set it is the address of the Python function, which must stay alive.
    """
    if numba_config.DISABLE_JIT:
        return id(function)
    dispatcher = cast("Any", function)
    dispatcher.compile(kinds)
    compiled = dispatcher.overloads[kinds]
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


def tuple_reader(kind: Any) -> Any:
    """Make an intrinsic `read(table, row)` of a named tuple of whole numbers.

    The rows of the int64 table are as long as the tuple. Written in Python each of its fields
    would be typed and translated by itself, wherever one is read.
    """
    numbers: Any = cast("Any", types).NamedUniTuple(types.int64, len(kind._fields), kind)

    def typed(_context: Any, table: Any, row: Any) -> tuple[Any, Any]:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, values[0])
            row = context.cast(builder, values[1], signature.args[1], types.int64)
            start = builder.mul(row, row.type(numbers.count))
            fields = [
                builder.load(builder.gep(array.data, [builder.add(start, row.type(n))]))
                for n in range(numbers.count)
            ]
            return context.make_tuple(builder, numbers, fields)

        return numbers(table, row), generate

    return intrinsic(typed)


def caller(arguments: str) -> Any:
    """Make an intrinsic `call(address, *arguments)` of compiled code.

    Code that is called by its address is compiled once for all its callers, not into each of them.
    A read-only array is passed like any other: who calls knows what is written to.
    """
    if numba_config.DISABLE_JIT:
        return _interpret
    names = ("address", *arguments.split())

    def typed(_context: Any, *kinds: Any) -> tuple[Any, Any]:
        wanted = [_plain(kind) for kind in kinds[1:]]
        signature = types.void(types.int64, *wanted)

        def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            kind = context.call_conv.get_function_type(types.none, wanted)
            callee = builder.inttoptr(values[0], kind.as_pointer())
            context.call_conv.call_function(builder, callee, types.none, wanted, values[1:])
            return context.get_dummy_value()

        return signature, generate

    parameters = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for name in ("context", *names)
    ]
    typed.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return intrinsic(typed)


def _interpret(address: int, *arguments: Any) -> None:
    """Call the Python function that lies at an address."""
    ctypes.cast(address, ctypes.py_object).value(*arguments)


def _plain(kind: Any) -> Any:
    """Numba's type of an argument, whatever it may be known to be beside."""
    if isinstance(kind, types.Array):
        return kind.copy(readonly=False)
    return types.boolean if isinstance(kind, types.Boolean | types.BooleanLiteral) else types.int64


def _compiled(function: Callable[P, R], **options: bool) -> Callable[P, R]:
    dispatcher: Any = numba.njit(**{**POLICY, **options})(function)
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
