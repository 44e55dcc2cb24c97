import csv

import numpy as np
import pytest

from rnn_tui.errors import DataError, OutputFileError
from rnn_tui.training.checkpoint import load_model
from rnn_tui.training.commands import Adjust
from rnn_tui.training.comparison import Comparison
from rnn_tui.training.events import RunEnded, Status, StepsDone
from rnn_tui.training.lockstep import Lockstep, nearest_size
from rnn_tui.training.sampling import BatchSampler
from rnn_tui.training.session import Session
from rnn_tui.training.snapshot import State
from tests.training.test_session import losses, wait_for

CELLS = ("rnn", "lstm")


@pytest.fixture
def compare(configure):
    """Start a comparison in a thread; it is stopped when the test is over."""
    sessions = []

    def start(match="units", **sections):
        sections["training"] = {"steps": 1_000_000} | sections.get("training", {})
        session = Comparison(both(configure, **sections), match)
        sessions.append(session)
        session.start()
        return session

    yield start
    for session in sessions:
        session.stop()
        assert session.join(60)


def both(configure, **sections):
    model = sections.pop("model", {})
    return [configure(model=model | {"cell": cell}, **sections) for cell in CELLS]


def test_each_net_learns_what_it_learns_alone(configure):
    configs = both(configure)
    comparison = Comparison(configs)
    together = losses(comparison.events())
    alone = [Session(config) for config in configs]
    first, second = (losses(session.events()) for session in alone)
    np.testing.assert_array_equal(together, first)
    assert [net.net for net in comparison.snapshot.nets] == ["RNN 4", "LSTM 4"]
    for net, own in zip(comparison.snapshot.nets, alone, strict=True):
        assert net.history.recent_loss.value[-1] == losses_end(own)
        assert net.best_step == own.snapshot.best_step
        assert net.ended.scores["model"] == own.snapshot.ended.scores["model"]
        assert net.state is State.ENDED
    assert second[-1] == comparison.snapshot.peers[0].loss


def losses_end(session):
    return session.snapshot.loss


def test_the_order_of_batches_depends_on_the_seed_alone(configure, monkeypatch):
    dealt = {}
    take = BatchSampler.take

    def note(sampler, count):
        batches = take(sampler, count)
        dealt.setdefault(id(sampler), []).append(batches)
        return batches

    monkeypatch.setattr(BatchSampler, "take", note)
    run = Lockstep(both(configure), "units")
    run.compile()
    for count in (1, 7, 5, 2):
        run.record(run.burst(count, final=False), 0.0, 0.0)
    first, second = (np.concatenate(batches) for batches in dealt.values())
    np.testing.assert_array_equal(first, second)
    assert run.step == run.others[0].step == len(first)


def test_they_hold_at_the_same_step_and_go_on_together(compare):
    session = compare()
    wait_for(lambda: session.snapshot.step > 5)
    session.pause()
    wait_for(lambda: session.snapshot.state is State.PAUSED)
    held = session.snapshot.step
    assert {net.step for net in session.snapshot.nets} == {held}
    session.step(3)
    wait_for(lambda: session.snapshot.step == held + 3)
    assert {net.step for net in session.snapshot.nets} == {session.snapshot.step}
    assert {net.state for net in session.snapshot.nets} == {State.PAUSED}
    session.scale_learning_rate(0.5)
    wait_for(lambda: {n.learning_rate for n in session.snapshot.nets} == {0.005})


def test_a_walk_is_taken_through_any_of_them(compare):
    session = compare()
    wait_for(lambda: session.snapshot.step > 5)
    session.take_walk(1)
    wait_for(lambda: session.snapshot.peers[0].walk is not None)
    assert session.snapshot.walk is None
    assert session.snapshot.peers[0].walk.cell == "lstm"
    session.take_walk()
    wait_for(lambda: session.snapshot.walk is not None)
    assert session.snapshot.walk.cell == "rnn"


@pytest.mark.parametrize(("match", "expected"), [("units", "LSTM 4"), ("parameters", "LSTM 2")])
def test_sizes_are_equal_by_units_or_by_parameters(configure, match, expected):
    run = Lockstep(both(configure), match)
    before = Session(both(configure)[0]).snapshot
    shot = run.snapshot(before, state=State.PAUSED, steps_per_second=0.0)
    assert shot.match == match
    assert shot.peers[0].net == expected
    small, own = shot.peers[0].parameters, shot.parameters
    assert own == 4 * 4 + 4 + 4 + 4 + 4 + 1
    if match == "parameters":
        assert abs(small - own) < 0.4 * own


def test_the_first_that_diverges_ends_them_all_and_is_named(configure):
    configs = both(configure, training={"learning_rate": 1e6, "steps": 400})
    *bursts, ended = Comparison(configs).events()
    assert isinstance(ended, RunEnded)
    assert ended.status is Status.DIVERGED
    assert ended.reason.startswith(("RNN 4: the loss", "LSTM 4: the loss"))
    assert any(isinstance(burst, StepsDone) for burst in bursts)


def test_patience_waits_for_the_last_of_them(configure):
    configs = both(configure, training={"steps": 100_000, "until_loss": 0.5})
    session = Comparison(configs)
    list(session.events())
    assert session.snapshot.step < 100_000
    assert all(net.best_validation_loss <= 0.5 for net in session.snapshot.nets)


def test_bad_data_is_refused_as_ever(configure):
    with pytest.raises(DataError, match="sunspots"):
        list(Comparison(both(configure, data={"dataset": "sunspot"})).events())


@pytest.mark.parametrize(
    ("target", "expected"), [(1, 1), (12, 3), (13, 3), (15, 4), (16, 4), (10**12, 4096)]
)
def test_the_nearest_size_is_found(target, expected):
    assert nearest_size(lambda hidden: 4 * hidden, target) == expected


def test_what_is_adjusted_is_adjusted_for_all_and_a_fault_is_forgiven_to_all(configure):
    run = Lockstep(both(configure), "units")
    run.adjust(Adjust(learning_rate=0.5, clip=2.0))
    assert {(r.trainer.learning_rate, r.trainer.clip) for r in (run, *run.others)} == {(0.5, 2.0)}
    run.fault = run.others[0].fault = "a fault"
    run.forgive()
    assert (run.fault, run.others[0].fault) == (None, None)


def test_saving_writes_a_model_of_each_net(compare, tmp_path):
    session = compare()
    wait_for(lambda: session.snapshot.best_step is not None)
    session.pause()
    wait_for(lambda: session.snapshot.state is State.PAUSED)
    path = tmp_path / "kept.safetensors"
    session.save(path)
    wait_for(lambda: session.snapshot.saved is not None)
    assert session.snapshot.saved.fault == ""
    first, *_ = session.snapshot.nets
    files = session.snapshot.saved.files
    assert [file.name for file in files] == ["kept-rnn-4.safetensors", "kept-lstm-4.safetensors"]
    models = [load_model(file) for file in files]
    cells = [session.config.model.cell, *(config.model.cell for config in session.others)]
    assert [model.config.model.cell for model in models] == cells
    assert first.best_step == models[0].step


def test_at_its_end_it_leaves_a_model_of_each_net_and_one_table(configure, tmp_path):
    path, table = tmp_path / "m.safetensors", tmp_path / "f.csv"
    session = Comparison(both(configure), save_to=path, output_to=table)
    list(session.events())
    left = session.snapshot.left
    assert [file.name for file in left.models] == ["m-rnn-4.safetensors", "m-lstm-4.safetensors"]
    assert not path.exists()
    steps = [load_model(file).step for file in left.models]
    assert steps == [net.ended.best_step for net in session.snapshot.nets]
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert left.forecasts == table
    assert list(rows[0])[:3] == ["cell", "seed", "time"]
    assert list(rows[0])[-3:] == ["lower", "upper", "split"]
    for cell, net in zip(CELLS, session.snapshot.nets, strict=True):
        own = [row for row in rows if row["cell"] == cell and row["split"] == "test"]
        errors = [float(row["actual"]) - float(row["predicted"]) for row in own]
        rmse = np.sqrt(np.mean(np.square(errors)))
        assert rmse == pytest.approx(net.ended.scores["model"].rmse, rel=1e-5)


def test_a_folder_in_the_place_of_a_net_is_refused_before_training(configure, tmp_path):
    (tmp_path / "m-lstm-4.safetensors").mkdir()
    session = Comparison(both(configure), save_to=tmp_path / "m.safetensors")
    with pytest.raises(OutputFileError, match=r"m-lstm-4\.safetensors: is a folder"):
        list(session.events())


def test_all_nets_run_freely_where_it_is_asked(compare):
    session = compare()
    wait_for(lambda: session.snapshot.best_step is not None)
    session.pause()
    wait_for(lambda: session.snapshot.state is State.PAUSED)
    session.show_free_running(on=True)
    wait_for(lambda: all(net.forecast.free is not None for net in session.snapshot.nets))
    session.show_free_running(on=False)
    wait_for(lambda: all(net.forecast.free is None for net in session.snapshot.nets))


def test_all_nets_show_the_column_that_is_asked_for(compare, tmp_path):
    path = tmp_path / "pair.csv"
    wave = np.sin(np.arange(160) / 5)
    rows = [f"{a!r},{a * a!r}" for a in wave.tolist()]
    path.write_text("\n".join(["one,two", *rows]), encoding="utf-8")
    session = compare(data={"dataset": None, "file": str(path), "column": ("one", "two")})
    wait_for(lambda: session.snapshot.peers and session.snapshot.peers[0].forecast)
    session.show_target(1)
    wait_for(lambda: {net.forecast.name for net in session.snapshot.nets} == {"two"})
    np.testing.assert_array_equal(
        session.snapshot.forecast.actual, session.snapshot.peers[0].forecast.actual
    )
