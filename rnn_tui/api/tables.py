"""Small tables for notebooks."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from rnn_tui.forecasting.metrics import Scores, skill
from rnn_tui.forecasting.verdict import figure


def html_table(
    caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]], note: str = ""
) -> str:
    """Return a table with a caption above and a note below, all texts escaped."""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    below = f"<p>{escape(note)}</p>" if note else ""
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{below}"
    )


def score_rows(name: str, scores: Mapping[str, Scores]) -> list[tuple[str, ...]]:
    """Return forecaster, RMSE, MAE and skill against naive, the best first."""
    naive = scores.get("naive")
    return [
        (
            name if key == "model" else key,
            figure(found.rmse, 4),
            figure(found.mae, 4),
            f"{skill(found, naive):+.3f}" if naive else "-",
        )
        for key, found in sorted(scores.items(), key=lambda entry: entry[1].rmse)
    ]


SCORE_HEADINGS = ("forecast", "RMSE", "MAE", "skill")
