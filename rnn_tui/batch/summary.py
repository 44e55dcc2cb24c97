"""The end of a run in words and figures, with the baselines beside the model."""

import math
from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from rnn_tui.config import RunConfig
from rnn_tui.forecasting.metrics import Scores, skill
from rnn_tui.streams import printable
from rnn_tui.training.events import RunEnded

SIGNIFICANT_DIGITS = 4


def verdict(name: str, scores: Mapping[str, Scores]) -> str | None:
    """Return in one sentence whether the model beats the baselines; None without its scores."""
    if "model" not in scores:
        return None
    model = scores["model"].rmse
    baselines = {key: s.rmse for key, s in scores.items() if key != "model"}
    if not math.isfinite(model):
        return f"{name} has no finite test error: its forecast cannot be used."
    if not baselines:
        return None
    best = min(baselines, key=lambda key: baselines[key])
    best_figure = f"{best} {figure(baselines[best])}"
    if model < baselines[best]:
        return (
            f"{name} {figure(model)} beats every baseline on this series; "
            f"the best of them is {best_figure}."
        )
    sentence = f"{name} {figure(model)} does not beat {best_figure} on this series"
    if best != "naive" and model >= baselines.get("naive", math.inf):
        sentence += f", nor even naive {figure(baselines['naive'])}"
    return sentence + "."


def counted(count: int, noun: str) -> str:
    """Return "1 step", "1,000 steps"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def subject(config: RunConfig) -> str:
    """Return what is trained on what, as in "LSTM 32 on sunspots"."""
    model, data = config.model, config.data
    return printable(f"{model.cell.upper()} {model.hidden_size} on {data.file or data.dataset}")


def summary(config: RunConfig, ended: RunEnded, unit: str) -> list[RenderableType]:
    """Return what is printed at the end: how it went, the table, the verdict."""
    name = config.model.cell.upper()
    best = f"; best step {ended.best_step:,}" if ended.best_step is not None else ""
    head = f"{ended.status} after {counted(ended.steps, 'step')} in {ended.seconds:.2f} s{best}."
    parts: list[RenderableType] = [Text(f"{subject(config)}: {head}")]
    if not ended.scores:
        return parts
    count = next(iter(ended.scores.values())).count
    points = counted(count, "point") + (f", in {unit}" if unit else "")
    parts += [
        Text(),
        Text(f"One step ahead on the test part ({points}):"),
        Text(),
        _table(name, ended.scores),
    ]
    parts.append(Text("  skill = 1 - RMSE / RMSE of naive", style="dim"))
    sentence = verdict(name, ended.scores)
    return [*parts, Text(), Text(sentence, style="bold")] if sentence else parts


def _table(name: str, scores: Mapping[str, Scores]) -> Table:
    """Return the forecasts from the best to the worst, the model's in bold."""
    table = Table(box=None, padding=(0, 0, 0, 2), header_style="dim")
    table.add_column("forecast", no_wrap=True)
    for heading in ("RMSE", "MAE", "skill"):
        table.add_column(heading, justify="right", no_wrap=True)
    for key, value in sorted(scores.items(), key=_rank):
        is_model = key == "model"
        gain = f"{skill(value, scores['naive']):+.3f}" if "naive" in scores else "-"
        table.add_row(
            name if is_model else key,
            figure(value.rmse),
            figure(value.mae),
            gain,
            style="bold" if is_model else None,
        )
    return table


def _rank(entry: tuple[str, Scores]) -> float:
    rmse = entry[1].rmse
    return rmse if math.isfinite(rmse) else math.inf


def figure(value: float) -> str:
    """Return a number with four significant digits, without an exponent where one can read it."""
    if not math.isfinite(value) or value == 0:
        return str(value)
    magnitude = math.floor(math.log10(abs(value)))
    if not -5 < magnitude < 7:
        return f"{value:.{SIGNIFICANT_DIGITS - 1}e}"
    return f"{value:,.{max(0, SIGNIFICANT_DIGITS - 1 - magnitude)}f}"
