"""The series that come with the program, by name."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_tui.data import synthetic
from rnn_tui.data.bundledseries import SERIES, Bundled, bundled_series, read_bundled
from rnn_tui.data.naming import nearest
from rnn_tui.data.series import Floats, Series
from rnn_tui.errors import DataError

DEFAULT_DATASET = "sunspots"
OURS = "made by this program"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A name in the catalogue and what is known about the series."""

    name: str
    description: str
    """One line."""
    source: str
    licence: str
    is_generated: bool = False
    """Whether it takes a length, noise and a seed."""


@dataclass(frozen=True, slots=True)
class _Generated:
    name: str
    description: str
    source: str
    rows: int
    make: Callable[[int, np.random.Generator], Floats]
    period: int | None = None


def catalogue() -> list[Dataset]:
    """Return the bundled and generated series."""
    return [
        *(Dataset(b.name, b.description, b.source, b.licence) for b in SERIES),
        *(Dataset(g.name, g.description, g.source, OURS, is_generated=True) for g in GENERATED),
    ]


def load_dataset(
    name: str,
    *,
    columns: tuple[str, ...] = (),
    covariates: tuple[str, ...] = (),
    length: int | None = None,
    noise: float = 0.0,
    seed: int = 0,
) -> Series:
    """Return the series called `name`.

    Parameters
    ----------
    name
        A name in the catalogue.
    columns, covariates
        Columns to forecast and to read along, of a bundled table; none: its first is forecast.
    length
        Rows of a generated series. None: its own.
    noise
        Standard deviation of Gaussian noise that is added to a generated series, as a share of
        the series' own.
    seed
        Of that noise, and of a random series itself.

    Raises
    ------
    DataError
        There is no such name, with the nearest one and all of them; or no such column; or a
        bundled series is to have another length or noise.
    """
    bundled = {entry.name: entry for entry in SERIES}
    generated = {entry.name: entry for entry in GENERATED}
    if name in bundled:
        if length is not None or noise or seed:
            raise DataError(
                f"--dataset {name}: is a series of measurements: length, noise and data seed are "
                f"for generated ones ({', '.join(generated)})."
            )
        return _bundled(bundled[name], columns, covariates)
    if name in generated:
        if columns or covariates:
            raise DataError(f"--dataset {name}: has one column: leave out --column, --covariate.")
        return _generated(generated[name], length, noise, seed)
    known = [*bundled, *generated]
    raise DataError(
        f"--dataset {name}: no such series.{nearest(name, known)} "
        f"There are: {', '.join(known)}. For a file of your own use --data FILE."
    )


def _bundled(entry: Bundled, columns: tuple[str, ...], covariates: tuple[str, ...]) -> Series:
    chosen = (*columns, *covariates)
    twice = next((name for name in chosen if chosen.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"--dataset {entry.name}: column {twice!r} is chosen twice.")
    try:
        return bundled_series(entry, columns, covariates)
    except KeyError as error:
        known = [channel.name for channel in read_bundled(entry)[2]]
        missing = str(error.args[0])
        raise DataError(
            f"--dataset {entry.name}: no column {missing}.{nearest(missing, known)} "
            f"There are: {', '.join(known)}."
        ) from error


def _generated(entry: _Generated, length: int | None, noise: float, seed: int) -> Series:
    rows = entry.rows if length is None else length
    walk, jitter = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    values = entry.make(rows, walk)
    if noise:
        values = values + noise * np.std(values) * jitter.normal(size=rows)
    source = f"generated: {entry.source}"
    return Series(
        name=entry.name,
        unit="",
        time_name="t",
        time=np.arange(float(rows)),
        values=values,
        source=f"{source}, noise {noise:g}, seed {seed}" if noise else source,
        licence=OURS,
        period=entry.period,
    )


GENERATED = (
    _Generated(
        "sine",
        "clean sine, period 25",
        "sin(2πt/25)",
        1000,
        lambda rows, _: synthetic.sine(rows, period=25),
        period=25,
    ),
    _Generated(
        "damped",
        "sine of period 25 that halves every 200 rows",
        "2^(-t/200) sin(2πt/25)",
        1000,
        lambda rows, _: synthetic.damped_sine(rows, period=25, half_life=200),
        period=25,
    ),
    _Generated(
        "mackey-glass",
        "Mackey-Glass chaos, τ = 17",
        "Mackey and Glass (1977), τ = 17",
        2000,
        lambda rows, _: synthetic.mackey_glass(rows),
    ),
    _Generated(
        "lorenz",
        "first coordinate of the Lorenz system, chaotic",
        "Lorenz (1963), σ = 10, ρ = 28, β = 8/3, a row every 0.05",
        2000,
        lambda rows, _: synthetic.lorenz(rows),
    ),
    _Generated(
        "random-walk",
        "sum of Gaussian steps: nothing to learn, no forecast beats naive",
        "sum of independent Gaussian steps",
        1000,
        synthetic.random_walk,
    ),
)
