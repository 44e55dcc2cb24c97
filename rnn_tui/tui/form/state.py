"""What a form holds while it is filled in, and what each key does to it. Pure."""

from dataclasses import dataclass, field, replace

from rnn_tui.tui.form.fields import Field
from rnn_tui.tui.form.texts import Texts


@dataclass(frozen=True, slots=True)
class Form:
    """Fields, their texts, and where one types.

    Parameters
    ----------
    fields
        One at least.
    texts
        A text for the key of every field.
    focus
        Place of the field that is filled in.
    cursor
        Characters of its text before the cursor.
    selected
        Whether the whole text is selected, so that what is typed takes its place.
    """

    fields: tuple[Field, ...]
    texts: Texts
    before: Texts = field(default_factory=dict)
    """What stood in the fields at first."""
    focus: int = 0
    cursor: int = 0
    selected: bool = True

    @classmethod
    def of(cls, fields: tuple[Field, ...], texts: Texts) -> "Form":
        """Return a form with the first field selected."""
        own = {item.key: texts.get(item.key, "") for item in fields}
        return cls(fields, own, own).to_field(0)

    @classmethod
    def empty(cls) -> "Form":
        """Return a form with one empty field."""
        return cls.of((Field("", ""),), {})

    @property
    def current(self) -> Field:
        """The field that is filled in."""
        return self.fields[self.focus]

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.texts[self.current.key]

    @property
    def changed(self) -> frozenset[str]:
        """Keys of the fields that do not hold what they held at first."""
        return frozenset(key for key, text in self.texts.items() if text != self.before.get(key))

    @property
    def rest(self) -> str:
        """What completing would add at the cursor."""
        complete = self.current.complete
        if complete is None or self.selected or self.cursor < len(self.text):
            return ""
        return complete(self.text)

    def to_field(self, place: int) -> "Form":
        """Go to another field; beyond the last one is the first."""
        place %= len(self.fields)
        text = self.texts[self.fields[place].key]
        return replace(self, focus=place, cursor=len(text), selected=bool(text))

    def to_key(self, key: str) -> "Form":
        """Go to the field of that key, if there is one."""
        places = [place for place, item in enumerate(self.fields) if item.key == key]
        return self.to_field(places[0]) if places else self

    def typed(self, text: str) -> "Form":
        """Insert printable text at the cursor; in a choice, take the next one that begins so."""
        text = "".join(character for character in text if character.isprintable())
        if self.current.choices:
            return self._chosen_by(text[:1])
        start = "" if self.selected else self.text[: self.cursor]
        end = "" if self.selected else self.text[self.cursor :]
        return self._with_text(f"{start}{text}{end}", len(start) + len(text))

    def erased(self, *, forwards: bool = False) -> "Form":
        """Delete the character before the cursor, or after it, or all that is selected."""
        if self.current.choices:
            return self
        if self.selected:
            return self.cleared()
        at = self.cursor if forwards else self.cursor - 1
        if at < 0:
            return self
        return self._with_text(self.text[:at] + self.text[at + 1 :], at)

    def cleared(self) -> "Form":
        """Empty the field."""
        return self if self.current.choices else self._with_text("", 0)

    def moved(self, by: int) -> "Form":
        """Move the cursor; in a choice, take the next one; at the end, complete."""
        if self.current.choices:
            return self.turned(by)
        if by > 0 and self.rest:
            return self.completed()
        cursor = self.cursor if self.selected and by > 0 else self.cursor + by
        return replace(self, cursor=min(max(cursor, 0), len(self.text)), selected=False)

    def completed(self) -> "Form":
        """Take over what completing would add."""
        text = self.text + self.rest
        return self._with_text(text, len(text))

    def at_edge(self, *, end: bool) -> "Form":
        """Move the cursor to the beginning or the end; in a choice, take the first or the last."""
        choices = self.current.choices
        if choices:
            return self._with_text(choices[-1 if end else 0], 0)
        return replace(self, cursor=len(self.text) if end else 0, selected=False)

    def turned(self, by: int) -> "Form":
        """Take another choice, round and round."""
        choices = self.current.choices
        place = choices.index(self.text) if self.text in choices else 0
        return self._with_text(choices[(place + by) % len(choices)], 0)

    def _chosen_by(self, letter: str) -> "Form":
        if letter == " ":
            return self.turned(1)
        choices = self.current.choices
        place = choices.index(self.text) if self.text in choices else 0
        order = (*choices[place + 1 :], *choices[: place + 1])
        chosen = next((choice for choice in order if letter and choice.startswith(letter)), None)
        return self if chosen is None else self._with_text(chosen, 0)

    def _with_text(self, text: str, cursor: int) -> "Form":
        texts = {**self.texts, self.current.key: text}
        return replace(self, texts=texts, cursor=cursor, selected=False)
