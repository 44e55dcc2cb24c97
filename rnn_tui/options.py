"""The options of the command that set a key of the configuration each."""

import click

from rnn_tui.followoptions import FOLLOW_SETTINGS
from rnn_tui.forecastoptions import FORECAST_SETTINGS
from rnn_tui.setting import Setting
from rnn_tui.trainingoptions import INITIAL_SETTINGS, TRAINING_SETTINGS

LARGEST_RANGE = 1_000
"""Seeds in one range."""


def seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that "7" or a range that holds both its ends, "0..4", stands for.

    Raises
    ------
    click.BadParameter
        It is neither.
    """
    first, dots, last = text.partition("..")
    try:
        low = int(first)
        high = int(last) if dots else low
    except ValueError:
        raise click.BadParameter(f"{text!r} is no whole number, nor a range as 0..4.") from None
    if not low <= high < low + LARGEST_RANGE:
        rule = f"expected the smaller end first, and at most {LARGEST_RANGE:,} seeds"
        raise click.BadParameter(f"{text!r} is no range of seeds: {rule}.")
    return tuple(range(low, high + 1))


CELLS = click.Choice(["rnn", "rnn-relu", "lstm", "lstm-peephole", "gru", "gru-original"])
DTYPES = click.Choice(["float32", "float64"])
SCALINGS = click.Choice(["standard", "robust", "min-max", "none"])
FORMATS = click.Choice(["csv", "tsv", "jsonl", "parquet"])
MARKS = click.Choice([".", ","])
PROFILES = click.Choice(["auto", "local", "ssh"])
MISSING = click.Choice(["error", "ffill", "interpolate", "drop"])

SETTINGS = (
    Setting(
        "Series",
        "--dataset",
        "data.dataset",
        str,
        "NAME",
        "Bundled or generated series; rnn-tui datasets lists them.",
        "sunspots",
    ),
    Setting(
        "Series",
        "--data",
        "data.file",
        str,
        "FILE|-",
        "CSV, TSV, JSON Lines or Parquet file; -: standard input.",
        "",
    ),
    Setting(
        "Series",
        "--column",
        "data.column",
        str,
        "NAME",
        "Column to forecast; may be repeated.",
        "the only one",
        repeated=True,
    ),
    Setting(
        "Series",
        "--covariate",
        "data.covariates",
        str,
        "NAME",
        "Column to read along; may be repeated.",
        "",
        repeated=True,
    ),
    Setting(
        "Series",
        "--transform",
        "data.transform",
        str,
        "STEPS",
        "diff, seasonal-diff, log, log-return, joined by commas.",
        "",
    ),
    Setting(
        "Series",
        "--scaling",
        "data.scaling",
        SCALINGS,
        "KIND",
        "standard, robust, min-max or none.",
        "standard",
    ),
    Setting(
        "Series",
        "--period",
        "data.period",
        int,
        "ROWS",
        "Rows of a season.",
        "the dataset's own, else found",
    ),
    Setting(
        "Series",
        "--input-chunk-length",
        "data.input_chunk_length",
        int,
        "T",
        "Timesteps of input to one prediction.",
        "24",
    ),
    Setting(
        "Series", "--horizon", "data.horizon", int, "H", "Rows that one prediction covers.", "1"
    ),
    Setting(
        "Series",
        "--validation-size",
        "data.validation_size",
        str,
        "SHARE|TIME",
        "Part before the test part that chooses the best weights, or when it begins.",
        "the dataset's own, else 0.15",
    ),
    Setting(
        "Series",
        "--test-size",
        "data.test_size",
        str,
        "SHARE|TIME",
        "Part at the end that is only scored, or when it begins.",
        "the dataset's own, else 0.15",
    ),
    Setting("Series", "--length", "data.length", int, "ROWS", "Of a generated series.", "its own"),
    Setting(
        "Series",
        "--noise",
        "data.noise",
        float,
        "SHARE",
        "On a generated series, of its standard deviation.",
        "0.0",
    ),
    Setting(
        "Series",
        "--data-seed",
        "data.data_seed",
        int,
        "N",
        "Of that noise and of random series.",
        "0",
    ),
    Setting(
        "Reading",
        "--format",
        "data.format",
        FORMATS,
        "KIND",
        "csv, tsv, jsonl or parquet.",
        "found",
    ),
    Setting(
        "Reading",
        "--time-column",
        "data.time_column",
        str,
        "NAME",
        "Column with the times; none: number the rows.",
        "found",
    ),
    Setting(
        "Reading",
        "--delimiter",
        "data.delimiter",
        str,
        "MARK",
        "Between cells; tab for a tabulator.",
        "found",
    ),
    Setting(
        "Reading",
        "--header",
        "data.header",
        bool,
        "yes|no",
        "Whether the first line names the columns.",
        "found",
    ),
    Setting(
        "Reading", "--encoding", "data.encoding", str, "NAME", "Encoding of the text.", "found"
    ),
    Setting(
        "Reading",
        "--decimal",
        "data.decimal",
        MARKS,
        "MARK",
        "Decimal mark, . or a comma.",
        "found",
    ),
    Setting(
        "Reading",
        "--date-format",
        "data.date_format",
        str,
        "FORM",
        "Form of the dates, such as %d.%m.%Y.",
        "found",
    ),
    Setting(
        "Reading",
        "--missing",
        "data.missing",
        MISSING,
        "HOW",
        "Cells without a value: error, ffill, interpolate, drop.",
        "error",
    ),
    Setting(
        "Network",
        "--cell",
        "model.cell",
        CELLS,
        "CELL",
        "rnn, rnn-relu, lstm, lstm-peephole, gru, gru-original; repeated: one run each.",
        "lstm",
        varied=True,
    ),
    Setting("Network", "--hidden", "model.hidden_size", int, "H", "Hidden units.", "32"),
    Setting("Network", "--layers", "model.layers", int, "1-4", "Layers on top of each other.", "1"),
    Setting(
        "Network",
        "--dropout",
        "model.dropout",
        float,
        "SHARE",
        "Share dropped between layers in training.",
        "0.0",
    ),
    Setting(
        "Network",
        "--dtype",
        "model.dtype",
        DTYPES,
        "float32|float64",
        "Precision of the numbers.",
        "float32",
    ),
    *INITIAL_SETTINGS,
    Setting(
        "Training",
        "--steps",
        "training.steps",
        int,
        "N",
        "Optimisation steps.",
        "1000 with --batch, else until you stop",
    ),
    Setting(
        "Training", "--batch-size", "training.batch_size", int, "B", "Windows in one step.", "32"
    ),
    *TRAINING_SETTINGS,
    Setting(
        "Training",
        "--seed",
        "training.seed",
        seeds,
        "N|A..B",
        "Seed of weights and sampling; several: one run each.",
        "0",
        varied=True,
    ),
    Setting(
        "Training",
        "--threads",
        "training.threads",
        int,
        "N",
        "Threads of the kernels, used where they are faster.",
        "1",
    ),
    *FORECAST_SETTINGS,
    *FOLLOW_SETTINGS,
    Setting(
        "Run",
        "--fps",
        "display.fps",
        int,
        "N",
        "Frames a second in the app.",
        "10; over SSH 4",
    ),
    Setting(
        "Run",
        "--profile",
        "display.profile",
        PROFILES,
        "KIND",
        "ssh (little is sent to the terminal), local or auto.",
        "auto",
    ),
)
