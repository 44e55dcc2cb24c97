"""How many rows the next tile takes."""

from rnn_kernels.jit import inlined, inner
from rnn_kernels.microkernel import tile_heights

TALLEST_1, TALLEST_2, TALLEST_4 = (tile_heights(vectors)[0] for vectors in (1, 2, 4))


@inner
def tile_rows(left: int, tallest: int) -> int:
    """Height of the next tile where `left` rows are left: the tallest that leaves no short one."""
    if tallest == 8 and left >= 8:
        return 8
    if tallest == 6 and left >= 6 and left not in (7, 8):
        return 6
    if tallest >= 4 and left >= 4:
        return 4
    return 2 if left >= 2 else 1


@inlined
def to_and_fro(n: int, count: int, t: int) -> int:
    """Which panel comes n-th at timestep t: every other timestep walks backwards.

    Thus the panels that were used last, and are still in the cache, are used first.
    """
    return count - 1 - n if t % 2 else n
