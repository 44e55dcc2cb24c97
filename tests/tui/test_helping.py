"""What the help says, and of which panel first."""

from rnn_tui.tui.plots.milestones import SIGNS


async def test_question_mark_opens_the_help_and_goes_back(show):
    async with show(size=(80, 60)) as shown:
        await shown.press("question_mark")
        assert "Keys" in shown.text
        assert "one optimisation step" in shown.text
        assert "Loss" in shown.text
        await shown.press("question_mark")
        assert shown.titles == [1, 2, 3, 4]
        await shown.press("question_mark", "escape")
        assert shown.titles == [1, 2, 3, 4]


async def test_question_mark_explains_the_panel_in_focus_first(show):
    async with show() as shown:
        await shown.press("tab", "tab", "tab", "tab", "question_mark")
        text = shown.text
        assert "4 Gradient per timestep" in text
        assert "δ_t = ∂L_t/∂h_t" in text
        assert "Keys" not in text[: text.index("healthy")]


async def test_the_help_of_the_loss_explains_every_sign_and_the_figures(show):
    async with show(size=(100, 60)) as shown:
        await shown.press("tab", "question_mark")
        page = " ".join(shown.text.split())
        assert "signs The upright line" in page
        for sign, _ in SIGNS.values():
            assert f" {sign} " in page
        assert "zoomed Both losses now" in page
