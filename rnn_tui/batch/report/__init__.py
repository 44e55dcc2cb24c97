"""A report of a run in one file: HTML, Markdown or plain text, made from one document."""

from pathlib import Path

from rnn_tui.batch.report.contents import Told, document_of
from rnn_tui.batch.report.document import Document
from rnn_tui.batch.report.html import to_html
from rnn_tui.batch.report.markdown import to_markdown
from rnn_tui.batch.report.plain import to_plain
from rnn_tui.errors import SaveError
from rnn_tui.training.files import replace_file

__all__ = ["Document", "Told", "write_document", "write_report"]

RENDERERS = {".html": to_html, ".md": to_markdown, ".txt": to_plain}


def write_report(path: Path, told: Told) -> None:
    """Write the report of a run; the name's ending, one of `RENDERERS`, says in which form.

    Raises
    ------
    SaveError
        The file cannot be written.
    """
    write_document(path, document_of(told))


def write_document(path: Path, document: Document) -> None:
    """Write a report; the name's ending, one of `RENDERERS`, says in which form.

    Raises
    ------
    SaveError
        The file cannot be written.
    """
    text = RENDERERS[path.suffix.lower()](document)
    try:
        replace_file(path, text.encode("utf-8", errors="replace"))
    except OSError as error:
        raise SaveError(f"--report {path}: cannot be written: {error.strerror}.") from error
