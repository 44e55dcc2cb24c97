"""PyTorch's recurrent layers for every cell; what it has not got, spelled out for its autograd."""

import math

import torch

NAMES = {
    "W_ih": "weight_ih",
    "W_hh": "weight_hh",
    "b_ih": "bias_ih",
    "b_hh": "bias_hh",
    "p": "peepholes",
}
"""A layer's parameters, in our names and PyTorch's."""
IN_TORCH = {
    "rnn": (torch.nn.RNN, torch.nn.RNNCell, {}),
    "rnn-relu": (torch.nn.RNN, torch.nn.RNNCell, {"nonlinearity": "relu"}),
    "lstm": (torch.nn.LSTM, torch.nn.LSTMCell, {}),
    "gru": (torch.nn.GRU, torch.nn.GRUCell, {}),
}


class Unit(torch.nn.Module):
    """One timestep of a cell that PyTorch has not got."""

    def __init__(self, cell, inputs, hidden, dtype=None):
        super().__init__()
        self.cell = cell
        rows = {"lstm-peephole": 4, "gru-original": 3}[cell] * hidden
        shapes = {
            "weight_ih": (rows, inputs),
            "weight_hh": (rows, hidden),
            "bias_ih": (rows,),
            "bias_hh": (rows,),
        }
        if cell == "lstm-peephole":
            shapes["peepholes"] = (3 * hidden,)
        for name, shape in shapes.items():
            drawn = torch.empty(shape, dtype=dtype).uniform_(-1, 1) / math.sqrt(hidden)
            setattr(self, name, torch.nn.Parameter(drawn))

    def forward(self, x, state):
        if self.cell == "lstm-peephole":
            return self.lstm(x, *state)
        return self.gru(x, state)

    def lstm(self, x, h, c):
        z = x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh
        z_i, z_f, z_g, z_o = z.chunk(4, dim=1)
        p_i, p_f, p_o = self.peepholes.chunk(3)
        i, f = torch.sigmoid(z_i + p_i * c), torch.sigmoid(z_f + p_f * c)
        c = f * c + i * torch.tanh(z_g)
        return torch.sigmoid(z_o + p_o * c) * torch.tanh(c), c

    def gru(self, x, h):
        of_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)
        W_r, W_z, W_n = self.weight_hh.chunk(3)
        b_r, b_z, b_n = self.bias_hh.chunk(3)
        r = torch.sigmoid(of_x[0] + h @ W_r.T + b_r)
        z = torch.sigmoid(of_x[1] + h @ W_z.T + b_z)
        n = torch.tanh(of_x[2] + (r * h) @ W_n.T + b_n)
        return (1 - z) * n + z * h


class Layers(torch.nn.Module):
    """Such cells in a loop over time and layers, with the interface of PyTorch's layers."""

    def __init__(self, cell, inputs, hidden, layers, dtype=None):
        super().__init__()
        self.has_c = cell == "lstm-peephole"
        self.units = [Unit(cell, hidden if n else inputs, hidden, dtype) for n in range(layers)]
        for n, unit in enumerate(self.units):
            for name, parameter in unit.named_parameters():
                setattr(self, f"{name}_l{n}", parameter)

    def forward(self, x, states=None):
        if states is None:
            zeros = torch.zeros(len(self.units), x.shape[1], self.units[0].weight_hh.shape[1])
            zeros = zeros.to(x.dtype)
            states = (zeros, zeros) if self.has_c else zeros
        last = []
        for n, unit in enumerate(self.units):
            state = (states[0][n], states[1][n]) if self.has_c else states[n]
            out = []
            for x_t in x:
                state = unit(x_t, state)
                out.append(state[0] if self.has_c else state)
            x = torch.stack(out)
            last.append(state)
        if self.has_c:
            return x, (torch.stack([h for h, _ in last]), torch.stack([c for _, c in last]))
        return x, torch.stack(last)


def layers_of(network, dtype):
    """Recurrent layers for a network of ours, with initial parameters of their own."""
    sizes = network.input_size, network.hidden_size, network.layers
    if network.cell in IN_TORCH:
        kind, _, options = IN_TORCH[network.cell]
        return kind(*sizes, **options, dtype=dtype)
    return Layers(network.cell, *sizes, dtype)


def unit_of(network, n, dtype):
    """A layer's cell, one timestep of it, likewise."""
    sizes = network.layer_inputs(n), network.hidden_size
    if network.cell in IN_TORCH:
        _, kind, options = IN_TORCH[network.cell]
        return kind(*sizes, **options, dtype=dtype)
    return Unit(network.cell, *sizes, dtype)


def own_names(network):
    """A layer's parameters, in our names and PyTorch's."""
    return {ours: NAMES[ours] for ours in NAMES if ours in network.shapes}
