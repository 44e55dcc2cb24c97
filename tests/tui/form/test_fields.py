"""The fields are those of the configuration, and what is typed comes back as it was."""

import pytest

from rnn_tui.config import RunConfig, build_config, faults_in
from rnn_tui.tui.form.fields import config_fields, tables_of, texts_of

FIELDS = {field.key: field for field in config_fields()}


def test_every_setting_of_a_run_has_a_field_and_no_other():
    config = RunConfig()
    keys = {
        f"{section}.{key}"
        for section in ("data", "model", "training")
        for key in type(getattr(config, section)).model_fields
    }
    assert FIELDS.keys() == keys
    assert len(config_fields()) == len(keys)


def test_the_network_comes_first_and_how_a_file_is_read_last():
    keys = list(FIELDS)
    assert keys[0] == "model.cell"
    assert keys.index("data.dataset") < keys.index("training.seed") < keys.index("data.encoding")


def test_labels_choices_defaults_and_help():
    assert FIELDS["data.input_chunk_length"].label == "input chunk length"
    assert FIELDS["data.input_chunk_length"].help == "Timesteps of input to one prediction."
    assert {"sgd", "adam"} <= set(FIELDS["training.optimizer"].choices)
    assert FIELDS["data.header"].choices == ("", "yes", "no")
    assert FIELDS["data.format"].choices[0] == ""
    assert FIELDS["data.file"].choices == ()
    assert FIELDS["model.hidden_size"].default == "32"
    assert FIELDS["data.encoding"].default == "found"
    assert FIELDS["training.steps"].default == "until you stop"


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"training": {"steps": 500, "learning_rate": 1.2345678e-5, "seed": 2**62}},
        {"data": {"file": "a b.csv", "column": ["x", "y"], "header": True, "delimiter": ";"}},
        {"data": {"dataset": "sine", "noise": 0.25, "validation_size": 0.2, "period": 25}},
        {"data": {"test_size": "2024-01-01", "transform": "log,diff"}},
        {"training": {"optimizer": "adamw", "betas": [0.8, 0.99], "time_limit": 90.0}},
        {"training": {"loss": "quantile", "quantiles": [0.1, 0.5, 0.9]}},
        {"model": {"cell": "rnn", "dtype": "float64", "forget_bias": -1.0}},
        {"model": {"cell": "rnn", "init": "identity", "spectral_radius": 0.9}},
        {"training": {"betas": [0.8, 0.99], "weight_decay": 0.1, "time_limit": "10m"}},
    ],
)
def test_a_configuration_survives_being_shown_and_read(tables):
    config = build_config(tables)
    assert build_config(tables_of(texts_of(config))) == config


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("model.hidden_size", "1e3", "must be an integer, not '1e3'"),
        ("model.hidden_size", "5000", "must be less than or equal to 4096, not 5000"),
        ("training.learning_rate", "fast", "must be a number, not 'fast'"),
        ("training.learning_rate", "inf", "must be a finite number, not inf"),
        ("training.clip", "nan", "must be"),
        ("data.test_size", "1", "must be less than 1"),
        ("data.transform", "cube", "must be 'diff'"),
        ("training.betas", "0.9, much", "must be a number, not 'much'"),
        ("training.quantiles", "0.1, 0.9", "must hold 0.5"),
    ],
)
def test_what_cannot_be_is_told_in_the_words_of_the_configuration(key, typed, said):
    [(where, fault)] = faults_in(tables_of(texts_of(RunConfig()) | {key: typed})).items()
    assert where.startswith(key)
    assert said in fault


def test_settings_that_exclude_each_other_are_a_fault_of_their_section():
    texts = texts_of(RunConfig()) | {"data.dataset": "sine", "data.file": "a.csv"}
    assert list(faults_in(tables_of(texts))) == ["data"]


def test_what_is_left_empty_is_the_default():
    texts = dict.fromkeys(texts_of(RunConfig()), "")
    assert build_config(tables_of(texts)) == RunConfig()
    assert tables_of({"model.hidden_size": " 8 "}) == {"model": {"hidden_size": 8}}
