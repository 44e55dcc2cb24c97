import subprocess
import sys

import numpy as np
import pytest

from rnn_tui.data.catalogue import catalogue, load_dataset
from rnn_tui.errors import DataError


@pytest.mark.parametrize("dataset", catalogue(), ids=lambda dataset: dataset.name)
def test_every_dataset_loads_the_same_numbers_twice(dataset):
    first, second = load_dataset(dataset.name), load_dataset(dataset.name)

    assert first.name == dataset.name
    assert "\n" not in dataset.description
    assert first.source
    assert np.isfinite(first.values).all()
    assert (np.diff(first.time) == 1).all()
    np.testing.assert_array_equal(first.values, second.values)
    with pytest.raises(ValueError, match="read-only"):
        first.values[0] = 0


def test_sunspots_are_the_published_ones():
    series = load_dataset("sunspots")

    assert len(series) == 309
    assert (series.time[0], series.time[-1]) == (1700, 2008)
    published = {1700: 5.0, 1816: 45.8, 1957: 190.2, 2008: 2.9}
    assert {year: series.values[year - 1700] for year in published} == published
    assert series.period == 11
    assert series.licence == "public domain"


def test_sine_repeats_every_25_rows():
    values = load_dataset("sine").values

    assert len(values) == 1000
    np.testing.assert_array_equal(values[25:], values[:-25])
    assert values[:25].max() == pytest.approx(1, abs=0.01)


def test_unknown_name_gets_the_nearest_and_all_names():
    with pytest.raises(DataError) as error:
        load_dataset("Sunspot")

    assert "--dataset Sunspot: no such series. Did you mean 'sunspots'?" in str(error.value)
    for dataset in catalogue():
        assert dataset.name in str(error.value)


def test_a_name_like_no_other_gets_no_guess():
    with pytest.raises(DataError) as error:
        load_dataset("q")

    assert "Did you mean" not in str(error.value)


def test_bundled_data_need_no_polars():
    code = (
        "import sys; from rnn_tui.data.prepared import prepare;"
        "from rnn_tui.config import DataConfig; prepare(DataConfig(), 'float32');"
        "sys.exit('polars' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
