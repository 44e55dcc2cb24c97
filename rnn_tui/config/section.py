"""What all sections of the configuration have in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Base of the sections: frozen, strict about unknown keys and types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
