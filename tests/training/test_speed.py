import pytest

from rnn_tui.training.speed import Speed


def test_a_constant_speed_is_right_from_the_first_burst_on():
    speed = Speed()
    assert speed.value == 0
    for _ in range(5):
        speed.add(20, 0.01)
        assert speed.value == pytest.approx(2000)


def test_a_change_is_followed_within_a_second():
    speed = Speed()
    for _ in range(200):
        speed.add(20, 0.01)
    for _ in range(100):
        speed.add(5, 0.01)
    assert speed.value == pytest.approx(500, rel=0.45)
    for _ in range(100):
        speed.add(5, 0.01)
    assert speed.value == pytest.approx(500, rel=0.06)


def test_one_slow_burst_does_not_hide_behind_many_quick_ones():
    speed = Speed()
    for _ in range(100):
        speed.add(1, 0.001)
    speed.add(1, 2.0)
    assert 0.5 < speed.value < 2
