import pytest

from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.plots.picture import Frame


@pytest.fixture
def text():
    """Draw a plot and return its rows as text; every row has the width."""

    def render(draw, snapshot, width=40, height=12, *, look=None, **options):
        frame = Frame(width, height, look or Look())
        picture = draw(snapshot, frame, **options)
        assert len(picture.rows) == height
        assert {row.cell_length for row in picture.rows} <= {width}
        return "\n".join(row.text for row in picture.rows)

    return render
