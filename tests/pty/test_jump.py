"""Jump mode, and keys that come faster than the screen answers, in a real terminal."""

import pytest


def test_a_label_takes_the_focus_to_its_panel(train):
    terminal = train()
    terminal.press("j")
    terminal.wait_for("Jump: press a label")
    terminal.press("2")
    terminal.wait_for(lambda: "Jump: press a label" not in terminal.text)
    terminal.press("\r")
    terminal.wait_for(
        lambda: "2 Predicted vs actual" in terminal.text and "1 Loss" not in terminal.text
    )
    assert terminal.leave() == 0
    assert terminal.is_restored


@pytest.mark.parametrize("variables", [{}, {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}])
def test_quit_and_its_answer_in_one_write_leave(train, variables):
    terminal = train(**variables)
    terminal.wait_for_step(51)
    terminal.press("qd")
    assert terminal.wait() == 0
    assert terminal.is_restored


def test_labels_and_zoom_typed_ahead_all_count(train):
    terminal = train()
    terminal.press("j3\r")
    terminal.wait_for(lambda: "3 Gates" in terminal.text and "1 Loss" not in terminal.text)
    assert terminal.leave() == 0
