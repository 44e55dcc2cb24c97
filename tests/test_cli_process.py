"""The command in a process of its own, where only that shows the truth: streams, signals, speed.

Most tests use a session that trains nothing (tests/batch/fake_session.py); how a real run ends is
in tests/test_cli_ends.py.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pyte
import pytest

FAKE = [sys.executable, str(Path(__file__).parent / "batch" / "fake_session.py")]
COMMAND = [sys.executable, "-m", "rnn_tui"]
HEAVY = {"numpy", "numba", "llvmlite", "textual", "plotext", "polars", "rich", "pydantic"}


def run(command, **changes):
    options = {"capture_output": True, "text": True, "timeout": 60}
    return subprocess.run(command, check=False, **(options | changes))


def fake(*arguments, **changes):
    return run([*FAKE, *arguments], **changes)


def start(*arguments, **changes):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*FAKE, *arguments], **(streams | changes))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--hiden", "3"], ["sunspots"]])
def test_what_needs_no_run_imports_nothing_heavy(arguments):
    code = (
        "import sys\nfrom rnn_tui.cli import main\n"
        f"main({arguments!r})\nprint('\\n' + ' '.join(sys.modules), file=sys.stderr)"
    )
    done = run([sys.executable, "-c", code])
    modules = {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}
    assert "click" in modules
    assert not modules & HEAVY


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_take_less_than_300_ms_of_the_processor(option):
    """The clock on the wall would say what else the machine does."""
    seconds = []
    for _ in range(3):
        before = os.times()
        assert run([*COMMAND, option]).returncode == 0
        after = os.times()
        user = after.children_user - before.children_user
        seconds.append(user + after.children_system - before.children_system)
    assert min(seconds) < 0.3


def test_the_console_script_is_the_module():
    script = Path(sys.executable).with_name("rnn-tui")
    assert run([script, "--version"]).stdout == run([*COMMAND, "--version"]).stdout


def test_without_a_terminal_the_app_says_what_to_do_instead():
    done = run([*COMMAND, "--dataset", "sine"], stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "rnn-tui: the app needs a screen, but standard input is no terminal. "
        "Run without one: rnn-tui --batch --dataset sine\n"
    )


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_signal_ends_the_run_with_its_summary_and_the_model_saved(
    number, code, as_json, tmp_path
):
    model = tmp_path / "model"
    process = start("endless", "--batch", "--save-model", str(model), *["--json"] * as_json)
    stream, mark = (process.stdout, '"step": 30') if as_json else (process.stderr, "steps/s")
    while mark not in stream.readline():
        pass
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert model.read_text().endswith(" steps")
    assert "Traceback" not in err
    if as_json:
        assert json.loads(out.splitlines()[-1])["status"] == "interrupted"
    else:
        assert "interrupted after" in out
        assert "LSTM 19.8 does not beat" in out
        assert f"Model saved to {model}." in out


@pytest.mark.parametrize(("first", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_does_not_listen_ends_at_the_second_signal(first, code):
    process = start("deaf", "--batch", "--json")
    for _ in range(20):
        process.stdout.readline()
    process.send_signal(first)
    time.sleep(0.2)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert json.loads(out.splitlines()[-1])["reason"] == "interrupted at once, unsaved"
    assert "Traceback" not in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_while_kernels_compile_one_signal_is_enough(number, code):
    process = start("compiling", "--batch")
    while "compiling" not in process.stderr.readline():
        pass
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert out == "LSTM 32 on sunspots: interrupted after 0 steps in 0.00 s.\n"
    assert err == ""


def test_a_signal_that_was_ignored_stays_ignored():
    ignoring = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)  # noqa: E731
    process = start("endless", "--batch", "--json", preexec_fn=ignoring)
    for _ in range(20):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert process.poll() is None
    process.terminate()
    assert process.communicate(timeout=60)
    assert process.returncode == 143


@pytest.mark.parametrize("arguments", [["--batch"], ["--batch", "--json"], ["--help"]])
def test_a_closed_stdout_is_no_fault(arguments):
    read, write = os.pipe()
    os.close(read)
    command = [*COMMAND, *arguments] if "--help" in arguments else [*FAKE, "done", *arguments]
    done = run(command, capture_output=False, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert done.returncode == 141
    assert "Traceback" not in done.stderr
    assert "rnn-tui:" not in done.stderr


def test_head_ends_a_run_that_has_no_end():
    line = " ".join([*FAKE, "endless", "--batch", "--json"])
    done = run(["bash", "-c", f"{line} | head -1; exit ${{PIPESTATUS[0]}}"])
    assert done.returncode == 141
    assert json.loads(done.stdout)["event"] == "run_started"
    assert done.stderr == ""


def test_head_ends_a_run_whose_streams_are_one():
    line = " ".join([*FAKE, "endless", "--batch"])
    done = run(["bash", "-c", f"{line} 2>&1 | head -1; exit ${{PIPESTATUS[0]}}"])
    assert done.returncode == 141
    assert done.stdout.startswith("LSTM 32 on sunspots")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("command", "endless"),
    [
        ([*FAKE, "done", "--batch"], False),
        ([*FAKE, "endless", "--batch", "--json"], True),
        ([*COMMAND, "--help"], False),
    ],
)
def test_a_full_disk_is_said_and_ends_the_run(command, endless):
    with Path("/dev/full").open("w") as full:
        done = run(command, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == "rnn-tui: the output cannot be written: No space left on device."
    assert "Traceback" not in done.stderr
    assert not endless or len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("command", "code"), [([*FAKE, "done", "--batch"], 0), ([*COMMAND, "--hidden", "0"], 2)]
)
def test_a_full_stderr_changes_nothing_else(command, code):
    with Path("/dev/full").open("w") as full:
        done = run(command, capture_output=False, stderr=full, stdout=subprocess.PIPE)
    assert done.returncode == code
    assert ("completed after 1,000 steps" in done.stdout) == (code == 0)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_streams_that_the_caller_has_closed(closed):
    line = " ".join([*FAKE, "done", "--batch", closed])
    done = run(["bash", "-c", line])
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_bug_is_told_without_a_traceback(tmp_path):
    environment = os.environ | {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    done = fake("bug", "--batch", "--json", env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("rnn-tui: this is a bug in rnn-tui (ZeroDivisionError: a slip")
    assert json.loads(done.stdout.splitlines()[-1])["status"] == "failed"
    [log] = tmp_path.rglob("crash-*.log")
    assert str(log) in done.stderr


def screen_after(child, *, seconds=60):
    """Return the lines on a terminal of 80 × 24 once the child has ended."""
    screen = pyte.Screen(80, 24)
    stream = pyte.Stream(screen)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            stream.feed(child.read_nonblocking(4096, timeout=1))
        except pexpect.TIMEOUT:
            continue
        except pexpect.EOF:
            break
    child.close()
    return [line.rstrip() for line in screen.display], screen


@pytest.fixture
def terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    def spawn(*arguments):
        return pexpect.spawn(
            FAKE[0], [FAKE[1], *arguments], dimensions=(24, 80), encoding="utf-8", timeout=60
        )

    return spawn


def test_a_terminal_gets_a_bar_and_then_the_summary_alone(terminal):
    child = terminal("endless", "--batch", "--steps", "1000")
    child.expect(r"loss [\d.e-]+ +validation 0.125")
    child.sendintr()
    lines, screen = screen_after(child)
    assert child.exitstatus == 130
    text = "\n".join(lines)
    assert "Training" not in text  # the bar has gone
    assert "LSTM 32 on sunspots: interrupted after" in text
    assert "  LSTM            19.81  14.50  0.650   31.2  0.838  +0.346" in lines
    assert not screen.cursor.hidden
    [row] = [y for y, line in enumerate(lines) if line.startswith("  LSTM ")]
    assert screen.buffer[row][2].bold  # the model's row


def test_a_terminal_that_cannot_draw_gets_lines(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    lines, _ = screen_after(terminal("done", "--batch", "--steps", "20"))
    assert "kernels ready after 0.5 s" in lines
    assert any(line.split()[:3] == ["step", "epoch", "loss"] for line in lines)


def test_no_color_is_honoured(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    _, screen = screen_after(terminal("done", "--batch", "--steps", "20"))
    assert all(cell.fg == "default" for row in screen.buffer.values() for cell in row.values())


def test_a_terminal_that_goes_away_ends_the_run(terminal, tmp_path):
    model = tmp_path / "model"
    child = terminal("endless", "--batch", "--save-model", str(model))
    child.expect("validation 0.125")
    child.close(force=False)  # closes the pseudo-terminal, as a dropped connection does
    end = time.monotonic() + 30
    while not model.exists():
        assert time.monotonic() < end, "the run did not end"
        time.sleep(0.05)
