"""Threads that run one compiled function together and meet at its barriers.

Numba's `prange` would start its threads anew for every loop, and waking a thread takes longer than
the loops of a small network. Here a thread is woken once for a burst of training steps. Within it
the threads wait for each other for so short that they ask again and again rather than sleep.
"""

import ctypes
import os
import platform
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from rnn_kernels.arrays import Array, aligned_zeros
from rnn_kernels.vectors import I32, I64, call

ARRIVED, MEETING, BROKEN, YIELD, WORDS = 0, 8, 16, 24, 32
"""Places in a barrier, each in a cache line of its own: threads that have come, number of the
meeting, whether nobody needs wait any more, and the address of what gives up the processor."""

PATIENCE = 256
"""Looks at the barrier before a thread lets others have the processor: one of its own may wait."""


class Team:
    """As many threads as a workspace may use; the caller's is the first of them.

    A compiled function that runs in several threads ends its arguments with `barrier, part,
    threads`: it does what is to be done once where part is 0, and calls `meet` where a thread
    needs what another has done.
    """

    def __init__(self, threads: int) -> None:
        self._barrier = new_barrier()
        self._others = ThreadPoolExecutor(threads - 1) if threads > 1 else None

    def run(self, function: Callable[..., Any], arguments: tuple[Any, ...], threads: int) -> Any:
        """Call a compiled function in one thread or in all; return what part 0 returns.

        What one of them raises is raised here, when all have ended.
        """
        barrier = self._barrier
        if threads == 1 or self._others is None:
            return function(*arguments, barrier, 0, 1)

        def take_part(part: int) -> Any:
            try:
                return function(*arguments, barrier, part, threads)
            except BaseException:
                barrier[BROKEN] = 1
                raise

        others: list[Future[Any]] = []
        try:
            others.extend(self._others.submit(take_part, part) for part in range(1, threads))
            result = take_part(0)
        except BaseException:  # an interrupt may come before any part has begun
            self._disband(barrier, others)
            raise
        if barrier[BROKEN]:
            self._disband(barrier, others)
            for other in others:
                other.result()
        return result

    def _disband(self, barrier: Array, others: "list[Future[Any]]") -> None:
        """Let all go that wait for somebody who will not come, and begin with a new barrier."""
        barrier[BROKEN] = 1
        self._barrier = new_barrier()
        wait(others)


def new_barrier() -> Array:
    """Return a barrier to which nobody has come yet."""
    barrier = aligned_zeros((WORDS,), np.dtype(np.int64))
    barrier[YIELD] = _yield_address()
    return barrier


def _yield_address() -> int:
    """Return the address of the system's function that lets another thread run."""
    if os.name == "nt":
        function = ctypes.WinDLL("kernel32").SwitchToThread  # type: ignore[attr-defined]
    else:
        function = ctypes.CDLL(None).sched_yield
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)


def _meeting(_context: Any, barrier: Any, threads: Any) -> tuple[Any, Any]:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        words = context.make_array(signature.args[0])(context, builder, values[0]).data
        count = context.cast(builder, values[1], signature.args[1], types.int64)
        with builder.if_then(builder.icmp_signed(">", count, count.type(1))):
            _emit_meeting(builder, words, count)
        return context.get_dummy_value()

    return types.void(barrier, threads), generate


meet: Any = intrinsic(_meeting)
"""Compiled `meet(barrier, threads)`: wait until all threads have come to it.

What any of them has written before, all of them read after it. With one thread it does nothing.
"""


def _emit_meeting(builder: Any, words: Any, threads: Any) -> None:
    """Count who has come: the last one begins the next meeting, for which the others look."""
    kind = threads.type

    def place(word: int) -> Any:
        return builder.gep(words, [kind(word)])

    def read(word: int) -> Any:
        return builder.load_atomic(place(word), "acquire", 8)

    meeting = read(MEETING)
    before = builder.atomic_rmw("add", place(ARRIVED), kind(1), "acq_rel")
    is_last = builder.icmp_signed("==", builder.add(before, kind(1)), threads)
    with builder.if_else(is_last) as (last, others):
        with last:
            builder.store_atomic(kind(0), place(ARRIVED), "monotonic", 8)
            builder.store_atomic(builder.add(meeting, kind(1)), place(MEETING), "release", 8)
        with others:
            _emit_wait(
                builder,
                lambda: builder.and_(
                    builder.icmp_signed("==", read(MEETING), meeting),
                    builder.icmp_signed("==", read(BROKEN), kind(0)),
                ),
                lambda: builder.load(place(YIELD)),
            )


def _emit_wait(builder: Any, must_wait: Callable[[], Any], give_up: Callable[[], Any]) -> None:
    """Look again and again; after some time call `give_up`'s address before each further look."""
    kind = I64
    here = builder.block
    look, again, tired, over = (builder.append_basic_block() for _ in range(4))
    builder.branch(look)
    builder.position_at_end(look)
    looks = builder.phi(kind)
    builder.cbranch(must_wait(), again, over)
    builder.position_at_end(again)
    _emit_pause(builder)
    more = builder.add(looks, kind(1))
    builder.cbranch(builder.icmp_signed("<", more, kind(PATIENCE)), look, tired)
    builder.position_at_end(tired)
    function = ir.FunctionType(I32, [])
    builder.call(builder.inttoptr(give_up(), function.as_pointer()), [])
    builder.branch(look)
    for block, value in ((here, kind(0)), (again, more), (tired, more)):
        looks.add_incoming(value, block)
    builder.position_at_end(over)


def _emit_pause(builder: Any) -> None:
    """Tell an x86 processor that this is a loop that waits: it saves power, and leaves faster."""
    if platform.machine().lower() in {"x86_64", "amd64"}:
        call(builder, "llvm.x86.sse2.pause", ir.VoidType(), [])
