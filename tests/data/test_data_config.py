import datetime as dt
import json

import pytest

from rnn_tui.config import COLUMN_KEYS, FILE_KEYS, GENERATED_KEYS, DataConfig, build_config
from rnn_tui.errors import UsageError


def build(**data):
    return build_config({"data": data}, source="run.toml").data


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (0.2, 0.2),
        ("0.2", 0.2),
        ("1921", "1921"),
        (1921, "1921"),
        (1921.5, "1921.5"),
        (" 2020-01-31 ", "2020-01-31"),
        (dt.date(2020, 1, 31), "2020-01-31"),
        (dt.datetime(2020, 1, 31, 10), "2020-01-31T10:00:00"),  # noqa: DTZ001 - as TOML has it
        ("-3", "-3"),
        (None, None),
    ],
)
def test_a_size_is_a_share_or_a_time(given, kept):
    assert build(test_size=given).test_size == kept


@pytest.mark.parametrize("size", [0, -0.1, float("inf"), float("nan"), True, [0.1]])
def test_what_is_no_size(size):
    with pytest.raises(UsageError, match="must be a share between 0 and 1, or the time at which"):
        build(test_size=size)


@pytest.mark.parametrize(("one", "two"), [(0.5, 0.5), (0.9, None), (None, 0.85)])
def test_something_is_left_to_train_on(one, two):
    with pytest.raises(UsageError, match="must leave a part to train on"):
        build(validation_size=one, test_size=two)


@pytest.mark.parametrize(
    ("given", "kept"), [("v", ("v",)), (["v", "w"], ("v", "w")), ("a,b", ("a,b",))]
)
def test_names_come_alone_or_as_a_list(given, kept):
    config = build(file="x.csv", column=given, covariates=given)

    assert (config.column, config.covariates) == (kept, kept)


@pytest.mark.parametrize("given", ["log,diff", "log, diff", ["log", "diff"], ("log", "diff")])
def test_transforms_come_as_a_list_or_between_commas(given):
    assert build(transform=given).transform == ("log", "diff")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"file": "x", "delimiter": ";;"}, "must be one ASCII character, or tab, not ';;'"),
        ({"file": "x", "delimiter": '"'}, "must be one ASCII character"),
        ({"file": "x", "encoding": "utf-9"}, "unknown encoding 'utf-9'; there are utf-8"),
        ({"file": "x", "encoding": "hex"}, "unknown encoding 'hex'"),
        ({"file": "x", "decimal": ";"}, "must be '.' or ','"),
        ({"transform": "logs"}, "must be 'diff', 'seasonal-diff', 'log' or 'log-return'"),
        ({"scaling": "max"}, "must be 'standard', 'robust', 'min-max' or 'none'"),
        ({"horizon": 0}, "must be greater than or equal to 1"),
        ({"period": 1}, "must be greater than or equal to 2"),
        ({"dataset": "nile", "file": "x"}, "exclude each other"),
        ({"dataset": "nile", "missing": "drop"}, "missing belongs to a file of your own"),
        ({"time_column": "t"}, "time_column belongs to a file of your own"),
        ({"covariates": "t"}, "covariates belongs to a file of your own"),
        ({"file": "x", "noise": 0.5}, "noise belongs to a generated dataset"),
    ],
)
def test_impossible_settings(given, message):
    with pytest.raises(UsageError) as error:
        build(**given)

    assert message in str(error.value)


def test_a_tab_can_be_written():
    assert [build(file="x", delimiter=d).delimiter for d in ("tab", "\\t", "\t")] == ["\t"] * 3


def test_every_key_survives_json():
    config = build(
        file="x.csv",
        column=["a", "b"],
        covariates="c",
        time_column="t",
        delimiter="tab",
        transform="log,diff",
        test_size="2020-01-31",
        validation_size=0.2,
    )
    tables = json.loads(json.dumps(config.model_dump(mode="json")))

    assert build_config({}, {"data": tables}).data == config


def test_lists_of_keys_name_keys():
    for key in (*FILE_KEYS, *COLUMN_KEYS, *GENERATED_KEYS):
        assert key in DataConfig.model_fields
