"""Where rnn-tui keeps things on this machine, as the system wants it."""

import tempfile
from pathlib import Path

NAME = "rnn-tui"


def settings_file() -> Path:
    """Return the file that a user may write settings of the screen into."""
    from platformdirs import user_config_path  # noqa: PLC0415 - most runs do without

    return user_config_path(NAME, appauthor=False) / "settings.toml"


def log_folders() -> list[Path]:
    """Return where logs may be written, the best place first; never empty. Never raises."""
    folders = [Path(tempfile.gettempdir())]
    try:
        from platformdirs import user_log_path  # noqa: PLC0415 - most runs do without

        folders.insert(0, user_log_path(NAME, appauthor=False))
    except (ImportError, RuntimeError, OSError):  # no home folder, a broken installation
        pass
    return folders
