from textual.app import App
from textual.filter import Monochrome
from textual.geometry import Region
from textual.strip import Strip

from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.widgets.drawn import Drawn
from rnn_tui.tui.widgets.lines import blank


class Ruled(Drawn):
    """Rows of one letter, and a list of those that were drawn."""

    letter = "a"

    def on_mount(self) -> None:
        self.asked: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.asked.append(y)
        return blank(self.size.width, self.look) if y else Strip([])


class Small(App[None]):
    CSS = "Ruled { width: 8; height: 3; }"

    def compose(self):
        yield Ruled()


async def test_a_row_is_drawn_once_until_something_changes():
    async with Small().run_test(size=(10, 5)) as pilot:
        await pilot.pause()
        ruled = pilot.app.query_one(Ruled)
        ruled.refresh()
        await pilot.pause()
        ruled.asked.clear()
        ruled.render_lines(Region(0, 0, 8, 3))
        assert ruled.asked == []
        ruled.look = Look(glyphs="ascii")
        await pilot.pause()
        assert sorted(ruled.asked) == [0, 1, 2]


async def test_rows_have_the_width_of_the_widget_or_of_the_part_that_is_asked_for():
    async with Small().run_test(size=(10, 5)) as pilot:
        await pilot.pause()
        ruled = pilot.app.query_one(Ruled)
        rows = ruled.render_lines(Region(0, 0, 8, 3))
        assert [row.cell_length for row in rows] == [8, 8, 8]
        part = ruled.render_lines(Region(2, 1, 3, 2))
        assert [row.cell_length for row in part] == [3, 3]


async def test_without_colours_rows_have_none(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with Small().run_test(size=(10, 5)) as pilot:
        await pilot.pause()
        ruled = pilot.app.query_one(Ruled)
        assert any(isinstance(f, Monochrome) for f in ruled.get_line_filters())
        styles = [s.style for row in ruled.render_lines(Region(0, 0, 8, 3)) for s in row]
        for style in styles:
            red, green, blue = style.bgcolor.get_truecolor()
            assert red == green == blue


async def test_only_what_has_changed_is_drawn_again(show):
    async with show() as shown:
        reading = shown.app.screen.query_one("#reading")
        seen = reading._kept.copy()
        panel = shown.app.screen.query_one("#loss")
        panel.refresh()
        await shown.pilot.pause()
        assert reading._kept == seen
        assert all(reading._kept[y] is row for y, row in seen.items())
