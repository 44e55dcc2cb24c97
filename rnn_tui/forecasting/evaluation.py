"""A network's forecasts of one part of a series beside those of the baselines."""

from collections.abc import Collection, Mapping

from rnn_tui.data.prepared import Prepared
from rnn_tui.data.series import Floats
from rnn_tui.data.windows import Part
from rnn_tui.forecasting.baselines import EVERY, Kind, baseline_scores
from rnn_tui.forecasting.metrics import Scores, score


def evaluate(
    prepared: Prepared,
    predicted: Floats,
    part: Part = "test",
    *,
    which: Collection[Kind] = EVERY,
    order: int | None = None,
    target: int = 0,
    baselines: Mapping[str, Scores] | None = None,
) -> dict[str, Scores]:
    """Return the scores of the model ("model") and of the baselines on the same rows.

    The baselines are fitted on everything before the part, whose rows nobody has seen.

    Parameters
    ----------
    prepared
        The series.
    predicted
        `prepared.restore` of what the network says for all windows of the part, shape (n, H, O).
    part
        "validation" or "test".
    which, order
        Baselines, see `fit_baselines`.
    target
        Number of the column that is scored.
    baselines
        Scores of the baselines on these rows, where they are known. None: they are made.

    Raises
    ------
    ValueError
        The predictions are not those of all windows of the part.
    """
    starts = prepared.starts[part]
    actual = prepared.actual(starts)
    if predicted.shape != actual.shape:
        raise ValueError(f"got predictions {predicted.shape} for the windows' {actual.shape}")
    start = int(starts[0]) + prepared.input_chunk_length
    end = int(starts[-1]) + prepared.input_chunk_length + prepared.horizon
    if baselines is None:
        baselines = baseline_scores(
            prepared.series,
            start,
            start,
            end,
            horizon=prepared.horizon,
            which=which,
            order=order,
            target=target,
        )
    model = score(
        actual[:, :, target],
        predicted[:, :, target],
        training=prepared.transformed[target].stages[0][:start],
        period=prepared.series.period,
    )
    return {"model": model, **baselines}
