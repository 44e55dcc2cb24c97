"""Numbers as a reader wants them."""

import math

from rnn_tui.cells import text_width


def significant(value: float, digits: int = 3) -> str:
    """Return `value` with so many digits: 0.0123, −18.2, 1,832, 3.1e-12; inf, NaN in words."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "overflow" if value > 0 else "−overflow"
    if value == 0:
        return "0"
    if value < 0:
        return f"−{significant(-value, digits)}"
    exponent = math.floor(math.log10(value))
    if exponent < -4 or exponent >= 7:
        return f"{value:.{digits - 1}e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    decimals = max(0, digits - 1 - exponent)
    return f"{value:,.{decimals}f}"


def rate(value: float) -> str:
    """Return a learning rate as 3.00e-3."""
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def shortened(name: str, width: int) -> str:
    """Return a name of at most `width` columns."""
    if text_width(name) <= width:
        return name
    while text_width(name) >= width:
        name = name[:-1]
    return f"{name}…"


def percent(share: float) -> str:
    """Return a share as a whole number of per cent."""
    return f"{100 * share:.0f} %"


def duration(seconds: float) -> str:
    """Return a time span as 6.7 s, 12:05 or 1:02:03."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
