"""The forms of the main screen, and what comes of them. Imported when the first one is opened."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rnn_tui.config import RunConfig, build_config, faults_in
from rnn_tui.errors import RnnTuiError, UsageError
from rnn_tui.options import SETTINGS
from rnn_tui.training.commands import Adjust
from rnn_tui.training.files import check_writable, files_of_nets
from rnn_tui.training.goals import FORMS, Goal, Target, parse_goal
from rnn_tui.training.snapshot import Snapshot
from rnn_tui.tui.form.fields import SECTIONS, Field, config_fields, tables_of, texts_of
from rnn_tui.tui.form.keys import FORM_SYMBOLS
from rnn_tui.tui.form.paths import complete_path, expand, path_fault
from rnn_tui.tui.form.texts import Faults, Texts
from rnn_tui.tui.keys import Symbols
from rnn_tui.tui.plots.look import Look
from rnn_tui.tui.screens.form import FormScreen, Purpose
from rnn_tui.tui.unsaved import model_name

GOAL, PATH = "goal", "path"
LIVE = ("learning_rate", "clip", "batch_size", "optimizer")
"""Keys of the section training that change while a run goes on."""


def goal_form(snapshot: Snapshot, look: Look, keys: Symbols = FORM_SYMBOLS) -> FormScreen:
    """Return the form that asks what to run until."""

    def check(texts: Texts) -> Faults:
        text = texts[GOAL].strip()
        try:
            goal = parse_goal(text) if text else None
        except UsageError as error:
            return {GOAL: str(error).removesuffix(".")}
        if goal is not None and goal.target is Target.STEP and goal.number <= snapshot.step:
            return {GOAL: f"the run is at step {snapshot.step:,} already"}
        return {}

    forms = f"{FORMS[0].upper()}{FORMS[1:]}."
    field = Field(GOAL, "until", default="no goal", help=forms)
    purpose = Purpose("Run until", "goes on", (field,), check)
    return FormScreen(purpose, {GOAL: snapshot.goal}, look, keys)


def goal_of(texts: Texts) -> Goal | None:
    """Return the goal that was typed; None where the field was left empty."""
    text = texts[GOAL].strip()
    return parse_goal(text) if text else None


def save_form(snapshot: Snapshot, look: Look, keys: Symbols = FORM_SYMBOLS) -> FormScreen:
    """Return the form that asks for the file of the model."""

    def check(texts: Texts) -> Faults:
        fault = path_fault(texts[PATH])
        return {PATH: fault} if fault else {}

    def inspect(texts: Texts) -> Faults:
        path = expand(texts[PATH])
        try:
            check_writable(path, "save as")
        except RnnTuiError as error:
            return {PATH: str(error).removeprefix(f"save as {path}: ").removesuffix(".")}
        return {}

    name, step = model_name(snapshot), f"{snapshot.best_step or 0:,}"
    help_text = f"The weights of step {step}, the best so far, as a safetensors file."
    if snapshot.peers:
        own = files_of_nets(Path(name), [net.net for net in snapshot.nets])[0]
        help_text = f"The best weights so far of each net, in a file of its own, as {own}."
    field = Field(PATH, "file", help=help_text, complete=complete_path)
    purpose = Purpose("Save the model", "saves", (field,), check, inspect)
    return FormScreen(purpose, {PATH: name}, look, keys)


def path_of(texts: Texts) -> Path:
    """Return the path that was typed."""
    return expand(texts[PATH])


def adjust_form(
    config: RunConfig, snapshot: Snapshot, look: Look, keys: Symbols = FORM_SYMBOLS
) -> FormScreen:
    """Return the form of what changes while the run goes on."""
    wanted = [f"training.{key}" for key in LIVE]
    by_key = {field.key: field for field in config_fields()}
    fields = tuple(replace(by_key[key], heading="", default="as it is") for key in wanted)
    purpose = Purpose("Change while it trains", "changes", fields, _config_faults)
    return FormScreen(purpose, texts_of(as_it_trains(config, snapshot)), look, keys)


def adjustment_of(texts: Texts, config: RunConfig, snapshot: Snapshot) -> Adjust | None:
    """Return what was changed; None where nothing was."""
    before = texts_of(as_it_trains(config, snapshot))
    changed = {key: text for key, text in texts.items() if text.strip() != before[key]}
    values: dict[str, Any] = tables_of(changed).get("training", {})
    if not values:
        return None
    training = build_config({"training": values}).training
    return Adjust(**{key: getattr(training, key) for key in values})


def edit_form(
    config: RunConfig, snapshot: Snapshot, look: Look, keys: Symbols = FORM_SYMBOLS
) -> FormScreen:
    """Return the form of all settings of a run."""
    purpose = Purpose(
        "Edit and begin anew",
        "begins anew",
        config_fields(),
        partial(_edit_faults, kept=_kept(config)),
        _series_faults,
        "Reading the series …",
    )
    return FormScreen(purpose, texts_of(as_it_trains(config, snapshot)), look, keys)


def edited(texts: Texts, config: RunConfig) -> RunConfig:
    """Return the configuration that was filled in; what has no field stays as it was."""
    return build_config({}, {**_kept(config), **tables_of(texts)})


def _kept(config: RunConfig) -> dict[str, Any]:
    """Return the tables of the sections that have no field."""
    return config.model_dump(exclude=set(SECTIONS))


def as_it_trains(config: RunConfig, snapshot: Snapshot) -> RunConfig:
    """Return the configuration with what has been changed while the run went on."""
    live = {key: getattr(snapshot, key) for key in LIVE}
    live["learning_rate"] = snapshot.set_learning_rate
    training = config.training.model_copy(update=live)
    return config.model_copy(update={"training": training})


def _config_faults(texts: Texts, kept: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return what the configuration finds wrong, each fault at every field that it names.

    Parameters
    ----------
    kept
        Tables of the sections that are not asked.
    """
    found: dict[str, str] = {}
    for key, fault in faults_in({**tables_of(texts), **(kept or {})}).items():
        within = [name for name in texts if f"{key}.".startswith(f"{name}.")]
        named = within or _named(fault, key, texts)
        found |= dict.fromkeys(named or [""], fault)
    return found


def _named(fault: str, section: str, texts: Texts) -> list[str]:
    words = set(fault.replace(":", " ").replace(",", " ").split())
    return [key for key in texts if key.startswith(f"{section}.") and key.split(".")[1] in words]


def _edit_faults(texts: Texts, kept: Mapping[str, Any]) -> Faults:
    from rnn_tui.data.catalogue import catalogue  # noqa: PLC0415 - not before the form is there
    from rnn_tui.data.naming import nearest  # noqa: PLC0415 - likewise

    found = _config_faults(texts, kept)
    name, known = texts["data.dataset"].strip(), [entry.name for entry in catalogue()]
    if name and name not in known and "data.dataset" not in found:
        listed = f"there are {', '.join(known)}"
        found["data.dataset"] = f"no such series.{nearest(name, known) or f' {listed}'}"
    return found


def _series_faults(texts: Texts) -> Faults:
    """Read the series and cut it; return what is in the way, beside the field that it names.

    What the learning rate follows is looked at as well: some schedules need the end of the run.
    """
    from rnn_tui.data.prepared import prepare  # noqa: PLC0415 - reads tables
    from rnn_tui.training.rules import schedule_of  # noqa: PLC0415 - imports the kernels

    config = build_config(tables_of(texts))
    try:
        schedule_of(config.training)
        prepare(config.data, config.model.dtype)
    except RnnTuiError as error:
        return dict([_placed(str(error), texts)])
    except MemoryError:
        return {"data.input_chunk_length": "there is not enough memory for so much"}
    return {}


def _placed(fault: str, texts: Texts) -> tuple[str, str]:
    """Return the key of the field that a fault of the series belongs to, and what it says there.

    A fault names the file or the series, an option, or both, before it says what is wrong.
    """
    key = ""
    for of in ("data.file", "data.dataset"):
        name = texts[of].strip()
        if name and fault.startswith(f"{name}: "):
            key, fault = of, fault.removeprefix(f"{name}: ")
    flags = [(fault.find(f"{setting.flag} "), setting) for setting in SETTINGS]
    named = [(place, setting) for place, setting in flags if place >= 0 and setting.key in texts]
    if named:
        place, setting = min(named, key=lambda found: found[0])
        if place == 0 or not key:
            key = setting.key
        if place == 0:
            fault = fault.partition(": ")[2] or fault
    return key, fault.removesuffix(".")
