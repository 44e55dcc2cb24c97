"""What goes into a form and what comes out of it."""

from collections.abc import Mapping

Texts = Mapping[str, str]
"""What stands in each field, by its key."""
Faults = Mapping[str, str]
"""What is wrong, by the key of the field; "" for what belongs to none."""
