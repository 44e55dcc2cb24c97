"""The section model: the network."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rnn_tui.config.section import Section
from rnn_tui.values import Positive

Cell = Literal["rnn", "rnn-relu", "lstm", "lstm-peephole", "gru", "gru-original"]
CELL_NAMES: dict[Cell, str] = {
    "rnn": "RNN",
    "rnn-relu": "ReLU RNN",
    "lstm": "LSTM",
    "lstm-peephole": "peephole LSTM",
    "gru": "GRU",
    "gru-original": "original GRU",
}
"""How a cell is called on the screen and in reports."""
Dtype = Literal["float32", "float64"]
Scheme = Literal["pytorch", "glorot", "orthogonal", "identity"]


class ModelConfig(Section):
    """The network."""

    cell: Cell = "lstm"
    hidden_size: int = Field(default=32, ge=1, le=4096)
    """Hidden units of each layer."""
    layers: int = Field(default=1, ge=1, le=4)
    """Layers on top of each other, each of which reads the one below."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of what passes from layer to layer that training drops (Srivastava et al. 2014)."""
    dtype: Dtype = "float32"
    forget_bias: float = Field(default=1.0, allow_inf_nan=False)
    """Initial bias of an LSTM's forget gate (Jozefowicz et al. 2015)."""
    init: Scheme = "pytorch"
    """How the initial weights are drawn; "identity" is the IRNN of Le et al. (2015)."""
    spectral_radius: Positive | None = None
    """Largest absolute eigenvalue of the initial W_hh, of each gate. None: as drawn."""

    @property
    def cell_name(self) -> str:
        """How the cell is called."""
        return CELL_NAMES[self.cell]

    @model_validator(mode="after")
    def _fits_the_cell(self) -> Self:
        if self.init == "identity" and not self.cell.startswith("rnn"):
            raise ValueError(
                f"init identity is for cells without gates, not for {self.cell}: choose another "
                "init, or the cell rnn"
            )
        return self

    @model_validator(mode="after")
    def _drops_between_layers(self) -> Self:
        if self.dropout and self.layers == 1:
            raise ValueError("dropout is between layers: choose 2 to 4 layers, or no dropout")
        return self

    @property
    def label(self) -> str:
        """Cell and size, as in "LSTM 32", or "LSTM 2×32" of two layers."""
        size = self.hidden_size if self.layers == 1 else f"{self.layers}×{self.hidden_size}"
        return f"{self.cell_name} {size}"
