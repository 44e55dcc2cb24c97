"""The options about when a run ends and what is forecast then."""

import click

from rnn_tui.setting import Setting

INTERVALS = click.Choice(["conformal", "quantile", "none"])

FORECAST_SETTINGS = (
    Setting(
        "Training",
        "--patience",
        "training.patience",
        int,
        "N",
        "Stop when N evaluations have brought no better weights.",
        "",
    ),
    Setting(
        "Training",
        "--until-loss",
        "training.until_loss",
        float,
        "LOSS",
        "Stop when the validation loss is as low as this.",
        "",
    ),
    Setting(
        "Training",
        "--time-limit",
        "training.time_limit",
        str,
        "TIME",
        "Stop after so much training: 90, 90s, 10m, 1h30m.",
        "",
    ),
    Setting(
        "Forecast",
        "--forecast",
        "forecast.ahead",
        int,
        "N",
        "Rows to forecast beyond the end of the series.",
        "the horizon",
    ),
    Setting(
        "Forecast",
        "--intervals",
        "forecast.intervals",
        INTERVALS,
        "METHOD",
        "Of prediction intervals: conformal, quantile or none.",
        "conformal; quantile with --loss quantile",
    ),
    Setting(
        "Forecast",
        "--coverage",
        "forecast.coverage",
        float,
        "SHARE",
        "Share of values that the intervals are to hold.",
        "0.9",
    ),
    Setting(
        "Forecast",
        "--backtest",
        "forecast.backtest",
        int,
        "K",
        "With --batch: train K times, on ever more of the series.",
        "",
    ),
)
