"""A report as one HTML file that needs nothing else and executes nothing."""

from html import escape

from rnn_tui.batch.report.document import Block, Code, Document, Figure, Grid, Heading, Paragraph
from rnn_tui.batch.report.svg import legend, to_svg
from rnn_tui.streams import printable

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Whatever might slip through, a browser runs no script and fetches nothing."""
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 800px; margin: 2em auto; padding: 0 1em;
  color: #222; background: #fff; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 1.6em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2em 0.8em; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr.strong, p.strong { font-weight: bold; }
figure { margin: 1em 0; } svg { width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: #555; }
.grid { stroke: #e5e5e5; } .line { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.band { fill: #d55e00; fill-opacity: 0.18; }
pre { background: #f5f5f5; padding: 1em; overflow-x: auto; }
"""


def to_html(document: Document) -> str:
    """Return the file's text; nothing in the document can become markup."""
    title = _text(document.title)
    blocks = "\n".join(_block(block) for block in document.blocks)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{blocks}\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(printable(text), quote=True)


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{_text(text)}</h2>"
        case Paragraph(text, strong):
            return f"<p{_class(strong)}>{_text(text)}</p>"
        case Grid(head, rows, strong):
            body = "\n".join(_row("td", row, n == strong) for n, row in enumerate(rows))
            return f"<table>\n{_row('th', head)}\n{body}\n</table>"
        case Figure(picture):
            names = ", ".join(
                f'<span style="color: {colour}">{_text(name)}</span>'
                for name, colour in legend(picture)
            )
            caption = f"{_text(picture.title)} {names}"
            return f"<figure>\n<figcaption>{caption}</figcaption>\n{to_svg(picture)}\n</figure>"
        case Code(text):
            return f"<pre>{escape(text)}</pre>"


def _row(tag: str, cells: tuple[str, ...], strong: bool = False) -> str:
    inner = "".join(f"<{tag}>{_text(cell)}</{tag}>" for cell in cells)
    return f"<tr{_class(strong)}>{inner}</tr>"


def _class(strong: bool) -> str:
    return ' class="strong"' if strong else ""
