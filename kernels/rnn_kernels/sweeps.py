"""The loops over time that both cells share, for a range of batch rows.

Threads take whole ranges of rows, so nothing waits inside the loop over time; the weight gradient
is one product over all timesteps and samples after it, split by its own rows. Ranges begin at
multiples of a product's tile and each sum keeps its order: the bits do not depend on the threads.
"""

import math

from rnn_kernels.jit import jit
from rnn_kernels.layout import LSTM, TILE, Array, Trace, Weights
from rnn_kernels.lstm import add_cell_gradient, lstm_unit, lstm_unit_gradient
from rnn_kernels.products import add_product, add_scaled, squared_norm, transpose
from rnn_kernels.readout import add_state_gradient, read_out
from rnn_kernels.rnn import rnn_unit, rnn_unit_gradient


@jit
def bounds(length: int, part: int, parts: int) -> tuple[int, int]:
    """Range of rows that one of several threads takes, at multiples of a tile."""
    tiles = (length + TILE - 1) // TILE
    start, stop = tiles * part // parts * TILE, tiles * (part + 1) // parts * TILE
    return min(length, start), min(length, stop)


@jit
def clear(rows: Array) -> None:
    """Set a two-dimensional array to zero."""
    for row in rows:
        for k in range(row.size):
            row[k] = rows.dtype.type(0)


@jit
def prepare_forward(weights: Weights, trace: Trace) -> None:
    """Fill what the forward loop reads besides the weights: W_ihᵀ and the summed bias."""
    transpose(weights.W_ih, trace.W_ihT)
    for j in range(trace.bias.size):
        trace.bias[j] = weights.b_ih[j] + weights.b_hh[j]


@jit
def forward_rows(
    cell: int, weights: Weights, trace: Trace, first: int, start: int, stop: int
) -> None:
    """Forward pass of the samples start … stop−1, with readouts from timestep `first` on."""
    for t in range(trace.x.shape[0]):
        z = trace.dz[t, start:stop]  # free until the backward pass; an LSTM's gates replace it
        if cell == LSTM:
            z = trace.gates[t, start:stop]
        for b in range(start, stop):
            _project_input(trace, t, b, z[b - start])
        add_product(trace.h[t, start:stop], weights.W_hh, z)
        for b in range(start, stop):
            h = trace.h[t + 1, b]
            if cell == LSTM:
                lstm_unit(z[b - start], trace.c[t, b], trace.c[t + 1, b], trace.tanh_c[t, b], h)
            else:
                rnn_unit(z[b - start], h)
            if t >= first:
                read_out(weights, h, trace.y[t, b])


@jit
def _project_input(trace: Trace, t: int, b: int, z: Array) -> None:
    """Fill z = W_ih x_t + b_ih + b_hh for one sample."""
    for j in range(z.size):
        z[j] = trace.bias[j]
    for d in range(trace.x.shape[2]):
        add_scaled(trace.x[t, b, d], trace.W_ihT[d], z)


@jit
def backward_rows(
    cell: int, weights: Weights, trace: Trace, first: int, start: int, stop: int
) -> None:
    """BPTT of the samples start … stop−1: fills dz and the squared norms of dh and dc.

    trace.dh and trace.dc hold the gradient with respect to the final states before, to the initial
    states after. dy before `first` is not read.
    """
    for t in range(trace.x.shape[0] - 1, -1, -1):
        for b in range(start, stop):
            dh, dz = trace.dh[b], trace.dz[t, b]
            if t >= first:
                add_state_gradient(weights, trace.dy[t, b], dh)
            trace.dh_squares[t, b] = squared_norm(dh)
            if cell == LSTM:
                dc, gates, tanh_c = trace.dc[b], trace.gates[t, b], trace.tanh_c[t, b]
                add_cell_gradient(dh, gates, tanh_c, dc)
                trace.dc_squares[t, b] = squared_norm(dc)
                lstm_unit_gradient(dh, gates, trace.c[t, b], tanh_c, dc, dz)
            else:
                rnn_unit_gradient(dh, trace.h[t + 1, b], dz)
        clear(trace.dh[start:stop])
        add_product(trace.dz[t, start:stop], trace.W_hhT, trace.dh[start:stop])


@jit
def weight_gradient_rows(trace: Trace, gradient: Weights, part: int, start: int, stop: int) -> None:
    """Fill rows start … stop−1 of dW_ih, dW_hh, db_ih and db_hh from dz, h and x.

    dW_hh = Σ_t dz_t h_{t−1}ᵀ,  dW_ih = Σ_t dz_t x_tᵀ,  db = Σ_t dz_t, over all timesteps and
    samples. Blocks of samples are transposed, so that the product sums over a contiguous axis.
    """
    T, B, R = trace.dz.shape
    samples = T * B
    dz, h = trace.dz.reshape(samples, R), trace.h[:T].reshape(samples, trace.h.shape[2])
    x = trace.x.reshape(samples, trace.x.shape[2])
    dzT, hT, xT = trace.dzT[start:stop], trace.hT[part], trace.xT[part]
    clear(gradient.W_ih[start:stop])
    clear(gradient.W_hh[start:stop])
    gradient.b_ih[start:stop] = dz.dtype.type(0)
    block = dzT.shape[1]
    for n in range(0, samples, block):
        end = min(samples, n + block)
        if end < n + block:  # the last block is filled up with zeros, which add nothing
            clear(dzT)
            clear(hT)
            clear(xT)
        transpose(dz[n:end, start:stop], dzT)
        transpose(h[n:end], hT)
        transpose(x[n:end], xT)
        add_product(dzT, hT, gradient.W_hh[start:stop])
        add_product(dzT, xT, gradient.W_ih[start:stop])
        _add_row_sums(dzT, gradient.b_ih[start:stop])
    gradient.b_hh[start:stop] = gradient.b_ih[start:stop]


@jit
def _add_row_sums(rows: Array, sums: Array) -> None:
    for j in range(sums.size):
        total = rows.dtype.type(0)
        for value in rows[j]:
            total += value
        sums[j] += total


@jit
def input_gradient_rows(trace: Trace, start: int, stop: int) -> None:
    """Fill dx_t = W_ihᵀ dz_t for the samples start … stop−1."""
    for t in range(trace.dx.shape[0]):
        clear(trace.dx[t, start:stop])
        add_product(trace.dz[t, start:stop], trace.W_ihT, trace.dx[t, start:stop])


@jit
def finish_norms(trace: Trace) -> None:
    """Fill ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ from the squares of the samples, in the order of the batch."""
    for t in range(trace.dh_norm.size):
        trace.dh_norm[t] = math.sqrt(_sum(trace.dh_squares[t]))
        trace.dc_norm[t] = math.sqrt(_sum(trace.dc_squares[t]))


@jit
def _sum(values: Array) -> float:
    total = 0.0
    for value in values:
        total += value
    return total
