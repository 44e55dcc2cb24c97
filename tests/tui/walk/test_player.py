import pytest

from rnn_tui.tui.walk.player import SPEEDS, Phase, Player, Position

T = 3
STORY = [
    (Phase.FORWARD, 1),
    (Phase.FORWARD, 2),
    (Phase.FORWARD, 3),
    (Phase.LOSS, 3),
    (Phase.BACKWARD, 3),
    (Phase.BACKWARD, 2),
    (Phase.BACKWARD, 1),
    (Phase.SUM, 1),
]


def test_a_walk_goes_forwards_to_the_loss_and_back_to_the_sum():
    positions = [Position(place, T) for place in range(Player(T).last + 1)]
    assert [(p.phase, p.t) for p in positions] == STORY
    assert [p.seen for p in positions] == [1, 2, 3, 3, 3, 3, 3, 3]
    assert [p.reached for p in positions] == [4, 4, 4, 4, 3, 2, 1, 1]


def test_a_walk_of_one_timestep():
    positions = [Position(place, 1) for place in range(4)]
    assert [p.phase for p in positions] == list(Phase)
    assert {p.t for p in positions} == {1}


@pytest.mark.parametrize("t", [1, 2, 3])
def test_a_timestep_is_found_in_the_pass_under_way(t):
    assert Position(1, T).at(t) == Position(t - 1, T)
    assert Position(T, T).at(t).phase is Phase.FORWARD
    for place in (5, 7):
        there = Position(place, T).at(t)
        assert (there.phase, there.t) == (Phase.BACKWARD, t)


def test_it_moves_with_the_clock_and_loses_no_time():
    player = Player(T, speed=4).toggled(100)
    assert player.seen_at(100.24) is player
    for tenths in range(1, 11):
        player = player.seen_at(100 + tenths / 10)
    assert player.place == 4
    assert player.plays


@pytest.mark.parametrize("late", [3, 1000])
def test_it_stops_at_the_end_and_begins_anew(late):
    player = Player(T, speed=4).toggled(100).seen_at(100 + late)
    assert (player.place, player.plays) == (7, False)
    assert player.toggled(200).place == 0
    back = player.turned(0).toggled(200)
    assert (back.place, back.seen_at(200.5).place) == (7, 5)
    assert back.seen_at(210).place == 0
    assert back.seen_at(210).toggled(211).place == 7


def test_steps_and_jumps_stand_still_within_the_walk():
    player = Player(T).toggled(0)
    assert player.stepped(1) == Player(T, 1)
    assert player.stepped(-1).place == 0
    assert player.stepped(100).place == 7
    assert [player.at_phase(n).place for n in (1, 2, 3)] == [0, 3, 7]


def test_its_speed_stays_within_bounds_and_a_change_keeps_it_playing():
    player = Player(T).toggled(0)
    assert player.paced(1, 5.0).speed == 8
    assert player.paced(1, 5.0).since == 5.0
    assert player.paced(-99, 5.0).speed == SPEEDS[0]
    assert player.paced(99, 5.0).speed == SPEEDS[-1]
    assert not Player(T).paced(1, 5.0).plays
    assert not Player(T).turned(5.0).plays
