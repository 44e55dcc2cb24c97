"""The three forms of a report: what they say, and that nothing of the data becomes markup."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from rnn_tui.batch.report import RENDERERS, Told, write_report
from rnn_tui.batch.report.contents import document_of
from rnn_tui.batch.run import resolve
from rnn_tui.config import build_config
from rnn_tui.errors import SaveError
from rnn_tui.forecasting.conformal import Coverage
from rnn_tui.forecasting.future import Future
from rnn_tui.training.events import RunEnded, RunStarted, Status
from rnn_tui.training.files import REPORTS
from rnn_tui.training.snapshot import (
    Curve,
    Forecast,
    GradientFlow,
    HistoryView,
    Snapshot,
    State,
    Trace,
)
from tests.batch.fake_session import SCORES

NASTY = [
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '" onload="alert(1)',
    "</pre><b>",
    "a|b `c` **d** [e](javascript:f) # g",
    "```\n# h",
    "\x1b[2J\r\n\x00",
    "&lt;b&gt;",
]


def curve(values):
    values = np.array(values)
    return Curve(np.arange(1, len(values) + 1), values, values, values)


def told(name="outflow", *, file="prices.csv", second=None):
    config = resolve(build_config({"data": {"file": file, "column": name}}))
    days = np.datetime64("2020-01-01") + np.arange(40)
    values = np.sin(np.arange(40.0))
    forecast = Forecast(name, "m³/s", "day", days, values, values + 0.1, 20, 30)
    ahead = np.cos(np.arange(5.0))[:, np.newaxis]
    names = (name,) if second is None else (name, second)
    future = Future(
        names,
        days[-1] + np.arange(1, 6),
        *(np.tile(v, len(names)) for v in (ahead, ahead - 1, ahead + 1)),
    )
    more = {} if second is None else {second: SCORES}
    ended = RunEnded(
        Status.COMPLETED, "took all 9 steps", 9, 7, 1.5, SCORES, more,
        {name: Coverage(0.9, 0.85, 2.0, 10)}, future,
    )  # fmt: skip
    losses = curve([1.0, 0.5, np.nan, 0.25])
    gates = {name: np.full((4, 3), 0.99, np.float32) for name in "fgc"}
    snapshot = Snapshot(
        State.ENDED, "LSTM 32",
        history=HistoryView(losses, losses, losses, losses),
        forecast=forecast,
        trace=Trace(gates, 0),
        gradient=GradientFlow(np.array([1e-9, 0.1, 0.2, 1.0]), None),
        ended=ended,
    )  # fmt: skip
    started = RunStarted(config, {"rnn-tui": "0"}, 123, {"train": 5}, (f"{name}: a gap.",))
    return Told(config, started, ended, snapshot)


class Reader(HTMLParser):
    """What a browser would make of a file: tags, attributes and text."""

    VOID = frozenset({"meta", "path"})

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.open, self.text = [], [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def render(kind, report):
    return RENDERERS[kind](document_of(report))


def test_every_kind_that_a_name_may_ask_for_has_its_renderer():
    assert tuple(RENDERERS) == REPORTS


@pytest.mark.parametrize("kind", REPORTS)
def test_everything_is_in_it(kind):
    text = render(kind, told())
    if kind == ".html":
        text = Reader(text).text
    plain = text.replace("\\", "")
    for words in (
        "LSTM 19.8 does not beat AR(9) 17.5 on this series.",
        "completed after 9 steps in 1.50 s; best step 7",
        "took all 9 steps",
        "outflow: a gap.",
        "One step ahead on the test part (67 points, in m³/s)",
        "90 % prediction intervals held 85.0 % of the test part",
        "2020-02-10",  # the first row beyond the end
        "123 parameters; windows: 5 train",
        "reached back 2 of 4 timesteps",
        "hidden_size = 32",
        "rnn-tui 0",
    ):
        assert words in plain, words
    rows = [line for line in plain.splitlines() if "seasonal naive" in line]
    assert rows or "seasonal naive" in plain
    for title in ("Loss over steps", "outflow over day", "beyond the end", "Total gradient"):
        assert title in plain


@pytest.mark.parametrize("name", NASTY)
def test_nothing_of_the_data_becomes_html(name):
    safe, nasty = (Reader(render(".html", told(n, file=n, second=f"{n}2"))) for n in ("v", name))
    assert nasty.tags == safe.tags
    assert nasty.open == []
    assert set(nasty.tags) == {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "tr", "th",
        "td", "figure", "figcaption", "span", "svg", "path", "text", "pre",
    }  # fmt: skip
    assert [key for key, _ in nasty.attributes] == [key for key, _ in safe.attributes]
    assert not any(key.startswith("on") for key, _ in nasty.attributes)


def test_html_asks_for_nothing_from_elsewhere():
    text = render(".html", told())
    assert "default-src 'none'" in text
    assert not re.search(r"https?:|src=|href=|@import|url\(|<script", text)


@pytest.mark.parametrize("name", NASTY)
def test_nothing_of_the_data_becomes_markdown(name):
    text = render(".md", told(name, file=name, second=f"{name}2"))
    safe = render(".md", told("v", file="v", second="v2"))
    prose = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"(?<!\\)[<`]", prose)
    assert not re.search(r"(?<!\\)\[", prose)
    tables = [line for line in prose.splitlines() if line.startswith("|")]
    cuts = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    safe_lines = [line for line in safe.splitlines() if line.startswith("|")]
    assert cuts == [line.count("|") for line in safe_lines]
    headings = re.findall(r"^#+ ", prose, re.MULTILINE)
    assert headings == re.findall(r"^#+ ", safe, re.MULTILINE)


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("kind", REPORTS)
def test_no_control_characters_whatever(kind, name):
    text = render(kind, told(name, file=name))
    assert all(character.isprintable() or character == "\n" for character in text)


@pytest.mark.parametrize("kind", REPORTS)
def test_a_run_that_came_to_nothing_has_a_report(kind):
    ended = RunEnded(Status.DIVERGED, "the loss was not finite", 1, None, 0.1, {})
    report = replace(told(), ended=ended, snapshot=Snapshot(State.ENDED, "LSTM 32"))
    text = render(kind, report)
    assert "diverged after 1 step" in text
    assert "Settings" in text
    assert "Forecast" not in text


def test_what_is_saturated_and_what_has_no_bounds():
    report = told()
    rows = {line.split("|")[1].strip(): line for line in render(".md", report).splitlines()
            if line.startswith("|")}  # fmt: skip
    assert rows["f"].endswith("| 100 % |")
    assert rows["c"].endswith("| - |")
    model = report.config.model.model_copy(update={"cell": "rnn-relu"})
    trace = Trace({"h": np.full((4, 3), 0.99, np.float32)}, 0)
    relu = replace(
        report,
        config=report.config.model_copy(update={"model": model}),
        snapshot=replace(report.snapshot, trace=trace),
    )
    assert "| h | 0.990 | 0.990 | 0.990 | - |" in render(".md", relu)


def test_an_older_report_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "r.TXT"
    path.write_text("old")
    write_report(path, told())
    assert path.read_text("utf-8").startswith("LSTM 32 on prices.csv\n====")
    with pytest.raises(SaveError, match="--report"):
        write_report(tmp_path / "none" / "r.txt", told())
