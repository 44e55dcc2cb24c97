"""The section data: which series, how it is read, changed and cut."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rnn_tui.config.section import Section
from rnn_tui.values import Delimiter, Encoding, Names, SizeOrTime, Words

Missing = Literal["error", "ffill", "interpolate", "drop"]
TransformName = Literal["diff", "seasonal-diff", "log", "log-return"]
Scaling = Literal["standard", "robust", "min-max", "none"]

FILE_KEYS = (
    *("time_column", "format", "delimiter", "header", "encoding", "decimal", "date_format"),
    "missing",
)
"""Keys of the section data that say how a file is read."""
COLUMN_KEYS = ("column", "covariates")
"""Keys of the section data that choose among the columns of a file or a dataset."""
GENERATED_KEYS = ("length", "noise", "data_seed")
"""Keys of the section data that shape a generated series."""
SERIES_KEYS = frozenset({"dataset", "file", *FILE_KEYS, *COLUMN_KEYS, *GENERATED_KEYS})
"""Keys of the section data that say which series it is."""
STANDARD_INPUT = "-"
"""As a file: what is piped in."""


class DataConfig(Section):
    """Which series, how it is read, changed and cut."""

    dataset: str | None = None
    """Name of a bundled or generated series. With no file either: sunspots."""
    file: str | None = None
    """Path of a CSV, TSV, JSON Lines or Parquet file, "-" for standard input; no `dataset` then."""
    column: Names = ()
    """Columns to forecast; needed where several hold numbers."""
    time_column: str | None = None
    """Column with the times. None: found. "none": the rows are numbered."""
    covariates: Names = ()
    """Columns that are read along with the series but not forecast; known up to the present."""
    format: Literal["csv", "tsv", "jsonl", "parquet"] | None = None
    """Kind of file. None: found by name and content."""
    delimiter: Delimiter | None = None
    """One character between the cells of a CSV file. None: found."""
    header: bool | None = None
    """Whether the first line of a CSV file names the columns. None: found."""
    encoding: Encoding | None = None
    """Encoding of the text, as Python names it. None: UTF-8, UTF-16 or Latin-1, found."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark. None: found; a comma only where it does not separate the cells."""
    date_format: str | None = None
    """Form of the dates, as for strptime ("%d.%m.%Y"). None: found."""
    missing: Missing = "error"
    """What is done about cells without a value."""
    length: int | None = Field(default=None, ge=10, le=1_000_000)
    """Rows of a generated series. None: its own."""
    noise: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """Gaussian noise on a generated series, as a share of its standard deviation."""
    data_seed: int = Field(default=0, ge=0, le=2**63 - 1)
    """Seed of that noise and of random series."""
    transform: Annotated[tuple[TransformName, ...], Words] = ()
    """What is done to the columns to forecast before scaling, first to last; undone in results."""
    scaling: Scaling = "standard"
    """How columns are scaled, by what the training part knows."""
    period: int | None = Field(default=None, ge=2, le=1_000_000)
    """Rows of a season. None: the dataset's own, else found on the training part."""
    input_chunk_length: int = Field(default=24, ge=1, le=100_000)
    """Timesteps of input to one prediction, T."""
    horizon: int = Field(default=1, ge=1, le=10_000)
    """Rows that one prediction covers, the next one first."""
    validation_size: SizeOrTime | None = None
    """What chooses the best weights: a share of the series, or the time at which the part begins.
    None: the dataset's own, else 0.15."""
    test_size: SizeOrTime | None = None
    """What is only scored, the end of the series; given like `validation_size`."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.dataset is not None and self.file is not None:
            raise ValueError("dataset and file exclude each other: give one of the two")
        for key in FILE_KEYS:
            default = type(self).model_fields[key].default
            if self.file is None and getattr(self, key) != default:
                raise ValueError(f"{key} belongs to a file of your own: give the file as well")
        for key in COLUMN_KEYS:
            if getattr(self, key) and self.file is None and self.dataset is None:
                raise ValueError(f"{key} belongs to a file of your own: give the file as well")
        for key in GENERATED_KEYS:
            default = type(self).model_fields[key].default
            if self.file is not None and getattr(self, key) != default:
                raise ValueError(f"{key} belongs to a generated dataset, not to a file")
        return self

    @model_validator(mode="after")
    def _room_to_train(self) -> Self:
        sizes = [0.15 if size is None else size for size in (self.validation_size, self.test_size)]
        if sum(size for size in sizes if isinstance(size, float)) >= 1:
            raise ValueError("validation_size + test_size must leave a part to train on (< 1)")
        return self
