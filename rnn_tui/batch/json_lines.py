"""Events as JSON Lines: strictly valid JSON, floats in full precision.

A number that is not finite has no JSON: it is written as null, and "reason" says which it was.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from rnn_tui.batch.foresight import future_records
from rnn_tui.batch.rows import time_text
from rnn_tui.forecasting.conformal import Coverage
from rnn_tui.forecasting.metrics import Scores, skill_against_best
from rnn_tui.forecasting.verdict import verdict
from rnn_tui.training.events import Event, Noted, RowFollowed, RunEnded, RunStarted, StepsDone

SCHEMA = 1
"""Version of docs/batch-json.md: it changes where a known key changes its meaning."""


def to_json_lines(event: Event, name: str) -> str:
    """Return the lines of an event, each with its newline; "" for an event that has none.

    `name` is what the verdict calls the model.
    """
    match event:
        case RunStarted():
            return _line(_started(event))
        case StepsDone():
            return _steps(event)
        case RowFollowed():
            return _line(_row(event))
        case Noted():
            return _line({"event": "note", "text": event.text, "is_bad_row": event.is_bad_row})
        case RunEnded():
            return to_json_line(_ended(event, name))
        case _:
            return ""


def to_json_line(record: Mapping[str, Any]) -> str:
    """Return any record as a line; a number that is not finite is null."""
    return _line(_without_nan(record))


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(found) for key, found in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(found) for found in value]
    return _finite(value) if isinstance(value, float) else value


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, allow_nan=False) + "\n"


def _started(event: RunStarted) -> dict[str, Any]:
    return {
        "event": "run_started",
        "schema": SCHEMA,
        "config": event.config.model_dump(mode="json"),
        "versions": dict(event.versions),
        "seed": event.config.training.seed,
        "parameters": event.parameters,
        "windows": dict(event.windows),
        "notes": list(event.notes),
    }


def _ended(event: RunEnded, name: str) -> dict[str, Any]:
    held = list(event.coverage.values())
    return {
        "event": "run_ended",
        "status": str(event.status),
        "reason": event.reason,
        "steps": event.steps,
        "best_step": event.best_step,
        "seconds": event.seconds,
        **_scored(name, event.scores, held[0] if held else None),
        "rows_followed": event.rows_followed,
        "more_targets": {
            target: _scored(name, scores, event.coverage.get(target))
            for target, scores in event.more_scores.items()
        },
        "future": list(future_records(event.future)) if event.future else [],
    }


def _row(event: RowFollowed) -> dict[str, Any]:
    return {
        "event": "row" if event.row else "following",
        "row": event.row,
        "line": event.line,
        "time": time_text(event.time) if isinstance(event.time, np.datetime64) else event.time,
        **(
            {
                "actual": [_finite(value) for value in event.actual.tolist()],
                "predicted": [_finite(value) for value in event.predicted.tolist()],
            }
            if event.row
            else {}
        ),
        "ahead": [[_finite(value) for value in step] for step in event.ahead.tolist()],
        "rmse": {name: _finite(value) for name, value in event.rmse.items()},
    }


def _scored(name: str, scores: Mapping[str, Scores], coverage: Coverage | None) -> dict[str, Any]:
    model = scores.get("model")
    return {
        "test_metrics": asdict(model) if model else None,
        "intervals": asdict(coverage) if coverage else None,
        "baselines": {key: asdict(found) for key, found in scores.items() if key != "model"},
        "skill": skill_against_best(scores),
        "verdict": verdict(name, scores),
    }


def _steps(event: StepsDone) -> str:
    """Return one line a step; what is measured once a burst stands on all its steps."""
    arrays_are_finite = np.isfinite(event.loss).all() and np.isfinite(event.gradient_norm).all()
    if not arrays_are_finite or not math.isfinite(event.validation_loss or 0.0):
        return "".join(_line(record) for record in _step_records(event))
    shared = (
        f'"steps_per_second": {_number(event.steps_per_second)}, '
        f'"seconds": {_number(event.seconds)}'
    )
    measured = _measured(event)
    lines = [
        f'{{"event": "step", "step": {step}, "epoch": {epoch}, "loss": {loss!r}, '
        f'"gradient_norm": {norm!r}, "learning_rate": {rate!r}, {shared}}}\n'
        for step, (epoch, loss, norm, rate) in enumerate(measured, event.first_step)
    ]
    if event.validation_loss is not None:
        lines[-1] = f'{lines[-1][:-2]}, "validation_loss": {float(event.validation_loss)!r}}}\n'
    return "".join(lines)


def _step_records(event: StepsDone) -> list[dict[str, Any]]:
    records = []
    for offset, (epoch, loss, norm, rate) in enumerate(_measured(event)):
        step = event.first_step + offset
        measured = {"loss": loss, "gradient_norm": norm}
        if step == event.last_step and event.validation_loss is not None:
            measured["validation_loss"] = float(event.validation_loss)
        faults = [
            f"{name} is {value}" for name, value in measured.items() if not math.isfinite(value)
        ]
        record = {
            "event": "step",
            "step": step,
            "epoch": epoch,
            **{name: _finite(value) for name, value in measured.items()},
            "learning_rate": rate,
            "steps_per_second": _finite(event.steps_per_second),
            "seconds": _finite(event.seconds),
        }
        records.append(record | ({"reason": ", ".join(faults)} if faults else {}))
    return records


def _measured(event: StepsDone) -> Iterator[tuple[int, float, float, float]]:
    """Yield epoch, loss, gradient norm and learning rate of every step."""
    rates = np.broadcast_to(event.learning_rate, event.loss.shape)
    numbers = (values.tolist() for values in (event.loss, event.gradient_norm, rates))
    return zip(event.epochs, *numbers, strict=True)


def _finite(value: float) -> float | None:
    if isinstance(value, int):
        return value
    return float(value) if math.isfinite(value) else None


def _number(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else "null"
