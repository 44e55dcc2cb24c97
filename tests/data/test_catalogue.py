import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

from rnn_tui.data.bundledseries import SERIES
from rnn_tui.data.catalogue import catalogue, load_dataset
from rnn_tui.errors import DataError


@pytest.mark.parametrize("dataset", catalogue(), ids=lambda dataset: dataset.name)
def test_every_dataset_loads_the_same_numbers_twice(dataset):
    first, second = load_dataset(dataset.name), load_dataset(dataset.name)

    assert first.name == dataset.name
    assert "\n" not in dataset.description
    assert first.source
    assert np.isfinite(first.values).all()
    assert (first.time[1:] > first.time[:-1]).all()
    assert first.licence == dataset.licence
    assert first.source.endswith(dataset.source)
    if dataset.is_generated:
        assert (np.diff(first.time) == 1).all()
        assert first.licence == "made by this program"
    else:
        assert dataset.licence == "public domain"
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


FIRST_AND_LAST = {
    "sunspots": (1700, 5.0, 2008, 2.9, 309),
    "nile": (1871, 1120, 1970, 740, 100),
    "co2": ("1958-03", 316.1, "2001-12", 371.02, 526),
    "elnino": ("1950-01", 23.11, "2010-12", 22.07, 732),
    "macrodata": ("1959-01", 2710.349, "2009-07", 12990.341, 203),
    "wti": ("1986-01-02", 25.56, "2019-01-03", 46.92, 8321),
}


@pytest.mark.parametrize("name", FIRST_AND_LAST)
def test_bundled_series_are_the_published_ones(name):
    begin, first, end, last, rows = FIRST_AND_LAST[name]
    series = load_dataset(name)
    time = series.time[[0, -1]]
    if time.dtype.kind == "M":
        begin, end = np.datetime64(begin), np.datetime64(end)

    assert len(series) == rows
    assert time.tolist() == np.array([begin, end], dtype=time.dtype).tolist()
    assert series.values[[0, -1]] == pytest.approx([first, last], abs=0.002)


def test_every_bundled_file_has_its_source_and_licence_beside_it():
    folder = files("rnn_tui.data") / "bundled"
    tables = sorted(path.name for path in folder.iterdir() if ".csv" in path.name)

    assert tables == sorted(entry.file for entry in SERIES)
    for table in tables:
        text = (folder / f"{table.partition('.')[0]}.txt").read_text(encoding="utf-8")
        assert "Source:" in text
        assert "By way of:" in text
        assert "Licence: public domain" in text


def test_bundled_files_are_small():
    folder = files("rnn_tui.data") / "bundled"

    assert sum(len(path.read_bytes()) for path in folder.iterdir()) < 100_000


def test_months_without_a_measurement_are_said():
    series = load_dataset("co2")

    assert series.notes == ("co2: 5 months without a value, the first 1958-06, were interpolated.",)
    assert series.values[3] == pytest.approx((series.values[2] + series.values[4]) / 2)


def test_columns_of_a_bundled_table():
    series = load_dataset("macrodata", columns=("unemp", "infl"), covariates=("tbilrate",))

    assert series.target_names == ("unemp", "infl")
    assert series.targets[0].tolist() == [5.8, 0]
    assert series.covariates[0].values[0] == 2.82
    assert load_dataset("macrodata").name == "macrodata"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("macrodata", {"columns": ("gdp",)}, "no column gdp. Did you mean 'realgdp'? There are: r"),
        ("macrodata", {"columns": ("cpi", "cpi")}, "column 'cpi' is chosen twice"),
        ("nile", {"noise": 0.1}, "is a series of measurements"),
        ("nile", {"length": 50}, "is a series of measurements"),
        ("sine", {"columns": ("x",)}, "has one column"),
    ],
)
def test_what_a_dataset_has_not(name, options, message):
    with pytest.raises(DataError) as error:
        load_dataset(name, **options)

    assert message in str(error.value)


GENERATED = [dataset.name for dataset in catalogue() if dataset.is_generated]


@pytest.mark.parametrize("name", GENERATED)
def test_noise_is_a_share_of_the_deviation_and_reproducible(name):
    clean = load_dataset(name, length=400, seed=3).values
    noisy = load_dataset(name, length=400, seed=3, noise=0.5)
    again = load_dataset(name, length=400, seed=3, noise=0.5)
    other = load_dataset(name, length=400, seed=4, noise=0.5)

    assert np.std(noisy.values - clean) == pytest.approx(0.5 * np.std(clean), rel=0.15)
    np.testing.assert_array_equal(noisy.values, again.values)
    assert not np.array_equal(noisy.values, other.values)
    assert noisy.source.endswith(", noise 0.5, seed 3")


@pytest.mark.parametrize("name", [name for name in GENERATED if name != "random-walk"])
def test_a_longer_series_begins_like_a_shorter_one(name):
    short, long = (load_dataset(name, length=rows).values for rows in (50, 120))

    np.testing.assert_array_equal(long[:50], short)


def test_the_random_walk_says_that_it_teaches_nothing():
    walk = next(dataset for dataset in catalogue() if dataset.name == "random-walk")

    assert "nothing to learn" in walk.description


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
