"""The scores of several test parts as those of one."""

import math
from collections.abc import Mapping, Sequence

from rnn_tui.forecasting.metrics import Scores


def pool(parts: Sequence[Mapping[str, Scores]]) -> dict[str, Scores]:
    """Return the scores of every forecaster over all parts together.

    Squared errors, absolute errors and shares are averaged over all values: RMSE, MAE, MASE and
    sMAPE are those of the parts as one. R² is not: it would need the values. A baseline that is
    chosen anew for each part, such as AR(p), is one forecaster, called after its kind; one that is
    missing in a part is left out.

    Parameters
    ----------
    parts
        Name -> scores, for each part.
    """
    by_kind = [{_kind(name): scores for name, scores in part.items()} for part in parts]
    if not by_kind:
        return {}
    kinds = [kind for kind in by_kind[0] if all(kind in part for part in by_kind)]
    return {kind: _together([part[kind] for part in by_kind]) for kind in kinds}


def _kind(name: str) -> str:
    return name.partition("(")[0]


def _together(scores: Sequence[Scores]) -> Scores:
    count = sum(each.count for each in scores)

    def mean(values: Sequence[float]) -> float:
        return sum(v * each.count for v, each in zip(values, scores, strict=True)) / count

    return Scores(
        rmse=math.sqrt(mean([each.rmse**2 for each in scores])),
        mae=mean([each.mae for each in scores]),
        count=count,
        mase=mean([each.mase for each in scores]),
        smape=mean([each.smape for each in scores]),
    )
