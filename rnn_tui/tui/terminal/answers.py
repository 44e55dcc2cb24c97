"""What a terminal answers among the keys: here the colour of its ground (xterm's OSC 11)."""

import re

ESCAPE = "\x1b"
ASK_GROUND = "\x1b]11;?\x1b\\"
ANSWER = re.compile(r"\x1b\]11;([^\x07\x1b]*)(?:\x07|\x1b\\)")
BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?)?\Z")
"""The beginning of an answer at the end of what has come so far."""
SURELY = "\x1b]11;"
"""What no key sends."""
COLOUR = re.compile(r"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
SHARES = (0.299, 0.587, 0.114)
"""Of red, green and blue in how light a colour looks (ITU-R BT.601)."""
LIGHT = 0.5


class Answers:
    """Takes answers out of what a terminal sends, in however many pieces they come."""

    def __init__(self) -> None:
        self._held = ""
        """What may be the beginning of an answer."""
        self._has_passed = False
        """Whether its escape character was handed on: the key Esc does not wait for more."""

    def sift(self, text: str) -> tuple[str, list[str]]:
        """Return what is left of `text` as keys, and the colours that were answered."""
        whole = self._held + text
        keys = ANSWER.sub("", whole)
        begun = BEGUN.search(keys)
        self._held = begun[0] if begun else ""
        keys = keys.removesuffix(self._held)
        if keys and self._has_passed and not ANSWER.match(whole):
            keys = keys[1:]
        self._has_passed &= self._held == whole
        if self._held == ESCAPE and not self._has_passed:
            keys, self._has_passed = keys + ESCAPE, True
        return keys, ANSWER.findall(whole)

    def give_up(self) -> str:
        """Return as keys what was held back, since nothing has followed for a while."""
        if self._held.startswith(SURELY):
            return ""
        keys = self._held[1:] if self._has_passed else self._held
        self._held, self._has_passed = "", False
        return keys


def is_light(colour: str) -> bool | None:
    """Return whether a colour as in "rgb:ffff/ffff/ffff" is light; None where it is no colour."""
    found = COLOUR.match(colour)
    if found is None:
        return None
    parts = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    lightness: float = sum(share * part for share, part in zip(SHARES, parts, strict=True))
    return lightness > LIGHT
