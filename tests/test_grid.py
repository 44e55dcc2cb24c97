import pytest

from rnn_tui.config import RunConfig, build_config
from rnn_tui.errors import UsageError
from rnn_tui.grid import expand

BASE = build_config({"model": {"hidden_size": 7}, "data": {"dataset": "sine", "transform": "diff"}})


def test_every_cell_meets_every_seed_the_first_key_slowest():
    found = expand(BASE, {"model.cell": ("rnn", "lstm"), "training.seed": (3, 1)})
    assert [(c.model.cell, c.training.seed) for c in found] == [
        ("rnn", 3), ("rnn", 1), ("lstm", 3), ("lstm", 1),
    ]  # fmt: skip
    for config in found:
        model = config.model.model_copy(update={"cell": BASE.model.cell})
        training = config.training.model_copy(update={"seed": BASE.training.seed})
        assert config.model_copy(update={"model": model, "training": training}) == BASE


@pytest.mark.parametrize("varied", [{}, {"training.seed": ()}])
def test_without_values_there_is_the_configuration_alone(varied):
    assert expand(BASE, varied) == (BASE,)


def test_what_comes_twice_runs_once():
    found = expand(RunConfig(), {"training.seed": (2, 0, 2)})
    assert [config.training.seed for config in found] == [2, 0]


def test_a_value_that_cannot_be_run_is_told_by_its_option():
    with pytest.raises(UsageError) as error:
        expand(BASE, {"training.seed": (0, -1)}, option_names={"training.seed": "--seed"})
    assert str(error.value) == "--seed: must be greater than or equal to 0, not -1."
