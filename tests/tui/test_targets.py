"""Several columns that are forecast: which one is seen."""

import pytest

from rnn_tui.training.events import Status
from rnn_tui.tui.plots.words import significant
from tests.tui.fake_session import LOADING, ended, make_snapshot, make_targets


async def test_shift_t_goes_through_the_columns_that_are_forecast_in_panel_2(show):
    async with show(make_targets(make_snapshot(4000)), size=(120, 40)) as shown:
        assert "▄ sunspots (1 of 2)" in shown.text
        assert "T target" in shown.hints
        await shown.press("T")
        assert ("show_target", 1) in shown.session.calls
        assert "▄ groups (2 of 2)" in shown.text
        assert "Forecast of groups, 2 of 2." in shown.reading
        rmse = shown.session.snapshot.validation_rmse
        assert f"validation RMSE {significant(rmse)}" in shown.text
        await shown.press("2", "d")
        assert "━ groups (2 of 2) − predicted" in shown.lines[1]
        assert "T target" in shown.hints
        await shown.press("y")
        header, *rows = [line.split("\t") for line in shown.app.clipboard.splitlines()]
        assert header == ["year", "part", "groups actual", "groups predicted"]
        actual = shown.session.snapshot.forecast.actual[-1]
        assert float(rows[-1][2]) == pytest.approx(actual, rel=1e-6)
        await shown.press("T", "T", "T")
        asked = [value for name, value in shown.session.calls if name == "show_target"]
        assert asked == [1, 0, 1, 0]
        assert "━ sunspots (1 of 2) − predicted" in shown.lines[1]


async def test_each_column_has_its_test_scores_and_sentence_after_the_end(show):
    snapshot = ended(Status.COMPLETED, "took all 4,000 steps", make_snapshot(4000))
    async with show(make_targets(snapshot), size=(120, 40)) as shown:
        assert "test RMSE 19.8" in shown.text
        assert "On the test part RMSE of sunspots 19.8: 35 % better than naive." in shown.reading
        await shown.press("T")
        await shown.wait(4)
        assert "test RMSE 39.6" in shown.text
        assert "On the test part RMSE of groups 39.6: 10 % better than naive." in shown.reading


async def test_which_column_is_forecast_is_seen_on_a_small_screen(show):
    async with show(make_targets(make_snapshot(4000))) as shown:
        title = next(line for line in shown.lines if "2 Forecast" in line)
        assert "▄ sunspots 1/2 ━ pred" in title


async def test_one_column_has_no_next_one_and_needs_no_name(show):
    async with show() as shown:
        assert "▄ actual" in shown.text
        await shown.press("T")
        assert "One column is forecast" in shown.reading
        assert "show_target" not in dict(shown.session.calls)
    async with show(LOADING) as shown:
        await shown.press("T")
        assert "There is no forecast yet." in shown.reading
