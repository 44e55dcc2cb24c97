"""The axis t = 1 … T, the same in every panel that shows timesteps."""

from rnn_tui.axes import Axis
from rnn_tui.cells import Cells, Ink, write_over


def timestep_axis(T: int) -> Axis:
    """Return the axis on which timestep t has the cells of the t-th part of T equal parts."""
    return Axis(0.5, T + 0.5)


def column_of_timestep(t: int, T: int, width: int) -> int:
    """Return the column in the middle of timestep t's part."""
    return min(width - 1, int((t - 0.5) / T * width))


def write_timesteps(
    cells: Cells, row: int, left: int, width: int, T: int, cursor: int | None
) -> None:
    """Write "t" and the numbers of some timesteps below `width` columns that begin at `left`.

    The timestep of the cursor is among them.
    """
    cells.write(row, left - 2, "t", Ink.LABEL)
    free = left
    for tick in timestep_axis(T).ticks(max(2, width // 7)):
        t = float(tick.label)
        start = left + column_of_timestep(int(t), T, width) - len(tick.label) // 2
        start = min(start, left + width - len(tick.label))
        if t.is_integer() and start >= free:
            cells.write(row, start, tick.label, Ink.LABEL)
            free = start + len(tick.label) + 1
    if cursor is not None:
        write_over(cells, row, left + column_of_timestep(cursor, T, width), str(cursor))
