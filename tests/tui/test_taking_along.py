"""Numbers on the clipboard, and the screen in a file."""

from tests.tui.fake_session import LOADING


async def test_y_copies_the_numbers_of_the_panel_in_focus(show):
    async with show() as shown:
        await shown.press("y")
        assert "Copied 1,024 rows of the panel loss." in shown.reading
        assert shown.app.clipboard.startswith("step\ttrain\t")
        await shown.press("4", "y")
        assert shown.app.clipboard.startswith("t\tnorm of dL/dh")
        await shown.press("escape", "3", "g", "y")
        assert shown.app.clipboard.startswith("t\tg1\t")
    async with show(LOADING) as shown:
        await shown.press("y")
        assert "no numbers to copy yet" in shown.reading


async def test_capital_s_saves_the_screen_twice_over(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with show() as shown:
        await shown.press("S", "S")
        assert "Saved rnn-tui-" in shown.reading
        names = sorted(path.name for path in tmp_path.iterdir())
        assert [name[-4:] for name in names].count(".svg") == 2
        assert len(names) == 4
        (text, _) = sorted(tmp_path.glob("*.txt"))
        assert "─ 1 Loss" in text.read_text()
        (svg, _) = sorted(tmp_path.glob("*.svg"))
        assert "<svg" in svg.read_text()
        assert "Gradient" in svg.read_text()


async def test_a_screen_that_cannot_be_saved_is_told(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rnn_tui.tui.screens.looking.save_screen", refuse)
    async with show() as shown:
        await shown.press("S")
        assert "cannot be saved here: Permission denied" in shown.reading


async def test_of_a_screen_on_a_full_disk_nothing_is_left(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(path, content):
        if path.suffix == ".txt":
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr("rnn_tui.tui.screenshot.replace_file", write)
    async with show() as shown:
        await shown.press("S")
        assert "cannot be saved here: No space left on device" in shown.reading
    assert list(tmp_path.iterdir()) == []
