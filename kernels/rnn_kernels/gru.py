"""The GRU, with the reset gate after the recurrent product or, as first published, before it.

    r, z = σ(W_i x_t + b_i + W_h h_{t−1} + b_h)                   the rows of r and of z
    n_h  = W_hn h_{t−1} + b_hn
    n    = tanh(W_in x_t + b_in + r ⊙ n_h)
    h_t  = (1 − z) ⊙ n + z ⊙ h_{t−1}

and backwards, from dh_t = ∂L/∂h_t (total):

    dn   = dh_t ⊙ (1 − z) ⊙ (1 − n²)                              before the tanh
    dn_h = dn ⊙ r
    dz   = dh_t ⊙ (h_{t−1} − n) ⊙ z (1 − z)                       before the σ, as dr
    dr   = dn ⊙ n_h ⊙ r (1 − r)
    dh_{t−1} = dh_t ⊙ z + W_hrᵀ dr + W_hzᵀ dz + W_hnᵀ dn_h  + what the readout of t−1 adds

In the original form n waits for r of all units:

    n_h  = r ⊙ h_{t−1}
    n    = tanh(W_in x_t + b_in + W_hn n_h + b_hn)

    dn_h = W_hnᵀ dn
    dr   = dn_h ⊙ h_{t−1} ⊙ r (1 − r)
    dh_{t−1} = dh_t ⊙ z + dn_h ⊙ r + W_hrᵀ dr + W_hzᵀ dz  + what the readout of t−1 adds

Cho et al. 2014 (original); PyTorch, cuDNN and Keras have the first form, which needs one sweep over
the units a timestep.
"""

from typing import Any

from rnn_kernels.activations import quotients, sigmoid_parts, tanh
from rnn_kernels.arrays import Array
from rnn_kernels.blocks import copy_rows
from rnn_kernels.jit import filled_in
from rnn_kernels.layout import SAMPLES, Layer
from rnn_kernels.microkernel import Code
from rnn_kernels.network import BIASES, R, Z
from rnn_kernels.rows import clear_padding
from rnn_kernels.sweeps import FAR_APART
from rnn_kernels.tiling import backward_sweep, forward_sweep, total_dh

add_outer_1 = add_outer_2 = filled_in

TRACE = {"gates": 2, "n": 1, "n_h": 1, "h": 1}


class _Places:
    """Where the numbers of the tile's first sample and unit lie at its timestep."""

    def __init__(self, at: Any) -> None:
        layer, m = at.layer, at.memory
        new = at.sample * layer.n_stride + at.unit
        gradient_of_new = at.row * layer.n_stride + at.unit
        self.a = m + layer.a + at.sample * layer.a_stride
        self.h = m + layer.h + at.sample * layer.a_stride + at.unit
        self.h_after = self.h + layer.batch * layer.a_stride
        self.gates = m + layer.gates + at.sample * layer.z_stride + 2 * at.unit
        self.dz = m + layer.dz + at.row * layer.z_stride + 2 * at.unit
        self.n, self.n_h = m + layer.n + new, m + layer.n_h + new
        self.dn, self.dn_h = m + layer.dn + gradient_of_new, m + layer.dn_h + gradient_of_new
        self.carry = m + layer.dc + at.b * layer.units + at.unit


def gru_forward() -> Any:
    """Return the kernel that fills the gates and h_t of some samples and a vector of units."""

    @forward_sweep(sums=4, vectors=1, trace=TRACE)
    def gru_forward_tile(code: Code, rows: int, at: Any) -> None:
        layer, p, width = at.layer, _Places(at), 3 * code.lanes
        w, depth_x = at.parameters + layer.w + at.unit * layer.panel, layer.inputs + 1
        sums = code.product(code.zeros(rows, 3), p.a, layer.a_stride, 1, w, width, depth_x)
        of_x = [row[2] for row in sums]
        sums = [[r, z, code.constant(0)] for r, z, _ in sums]
        sums = code.product(
            sums, p.a + depth_x, layer.a_stride, 1,
            w + depth_x * width, width, layer.hidden + 1,
        )  # fmt: skip
        for row, (z_r, z_z, n_h) in enumerate(sums):
            new = layer.n_stride * row
            r, z = quotients(code, sigmoid_parts(code, z_r), sigmoid_parts(code, z_z))
            n = tanh(code, r * n_h + of_x[row])
            for gate, value in ((R, r), (Z, z)):
                code.store(value, p.gates + layer.z_stride * row + gate * code.lanes)
            code.store(n_h, p.n_h + new)
            code.store(n, p.n + new)
            h = code.load(p.h + layer.a_stride * row)
            code.store(z * (h - n) + n, p.h_after + layer.a_stride * row)

    return gru_forward_tile


def gru_backward(vectors: int) -> Any:
    """Return the kernel that fills the gradient of all gates, and what is carried beside it."""

    @backward_sweep(vectors=vectors, trace=TRACE)
    def gru_backward_tile(code: Code, rows: int, at: Any) -> None:
        layer, p, L, one = at.layer, _Places(at), code.lanes, code.constant(1)
        dh_rows = total_dh(code, rows, vectors, at, carried=p.carry, through_n=True)
        for row, dhs in enumerate(dh_rows):
            code.add_squares(dhs, at.squares + layer.squares + at.sample + row)
            for v, dh in enumerate(dhs):
                gate, new = layer.z_stride * row + 2 * v * L, layer.n_stride * row + v * L
                r, z = (code.load(p.gates + gate + k * L) for k in (R, Z))
                n, n_h = code.load(p.n + new), code.load(p.n_h + new)
                h = code.load(p.h + layer.a_stride * row + v * L)
                dn = dh * (one - z) * (one - n * n)
                code.store(dn * n_h * r * (one - r), p.dz + gate + R * L)
                code.store(dh * (h - n) * z * (one - z), p.dz + gate + Z * L)
                code.store(dn, p.dn + new)
                code.store(dn * r, p.dn_h + new)
                code.store(dh * z, p.carry + layer.units * row + v * L)

    return gru_backward_tile


# The original form goes over the units twice at every timestep.


def gates_forward() -> Any:
    """Return the kernel that fills r, z and r ⊙ h_{t−1} of some samples and a vector of units."""

    @forward_sweep(sums=2, vectors=1, trace={"gates": 2, "n_h": 1})
    def gates_forward_tile(code: Code, rows: int, at: Any) -> None:
        layer, p, width = at.layer, _Places(at), 3 * code.lanes
        w = at.parameters + layer.w + at.unit * layer.panel
        sums = code.product(code.zeros(rows, 2), p.a, layer.a_stride, 1, w, width, layer.depth)
        for row, (z_r, z_z) in enumerate(sums):
            r, z = quotients(code, sigmoid_parts(code, z_r), sigmoid_parts(code, z_z))
            for gate, value in ((R, r), (Z, z)):
                code.store(value, p.gates + layer.z_stride * row + gate * code.lanes)
            h = code.load(p.h + layer.a_stride * row)
            code.store(r * h, p.n_h + layer.n_stride * row)

    return gates_forward_tile


def new_forward() -> Any:
    """Return the kernel that then fills n and h_t."""

    @forward_sweep(sums=1, vectors=1, trace={"n": 1, "h": 1})
    def new_forward_tile(code: Code, rows: int, at: Any) -> None:
        layer, p, width = at.layer, _Places(at), 3 * code.lanes
        w = at.parameters + layer.w + at.unit * layer.panel + 2 * code.lanes
        depth_x = layer.inputs + BIASES
        sums = code.product(code.zeros(rows, 1), p.a, layer.a_stride, 1, w, width, depth_x)
        reset = at.memory + layer.n_h + at.sample * layer.n_stride
        w_h = w + depth_x * width
        sums = code.product(sums, reset, layer.n_stride, 1, w_h, width, layer.hidden)
        for row, (z_n,) in enumerate(sums):
            n = tanh(code, z_n)
            code.store(n, p.n + layer.n_stride * row)
            z = code.load(p.gates + layer.z_stride * row + Z * code.lanes)
            h = code.load(p.h + layer.a_stride * row)
            code.store(z * (h - n) + n, p.h_after + layer.a_stride * row)

    return new_forward_tile


def gates_backward(vectors: int) -> Any:
    """Return the kernel that fills dz and dn, and what is carried, but for the reset gate."""

    @backward_sweep(vectors=vectors, trace={"gates": 2, "n": 1, "h": 1})
    def gates_backward_tile(code: Code, rows: int, at: Any) -> None:
        layer, p, L, one = at.layer, _Places(at), code.lanes, code.constant(1)
        for row, dhs in enumerate(total_dh(code, rows, vectors, at, carried=p.carry)):
            code.add_squares(dhs, at.squares + layer.squares + at.sample + row)
            for v, dh in enumerate(dhs):
                gate, new = layer.z_stride * row + (2 * v + Z) * L, layer.n_stride * row + v * L
                z, n = code.load(p.gates + gate), code.load(p.n + new)
                h = code.load(p.h + layer.a_stride * row + v * L)
                code.store(dh * (h - n) * z * (one - z), p.dz + gate)
                code.store(dh * (one - z) * (one - n * n), p.dn + new)
                code.store(dh * z, p.carry + layer.units * row + v * L)

    return gates_backward_tile


def reset_backward(vectors: int) -> Any:
    """Return the kernel that then fills dr, and carries what passes the reset gate on its way."""

    @backward_sweep(vectors=vectors, trace={})
    def reset_backward_tile(code: Code, rows: int, at: Any) -> None:
        layer, p, L, one = at.layer, _Places(at), code.lanes, code.constant(1)
        width = vectors * L
        dn = at.memory + layer.dn + at.row * layer.n_stride
        w = at.memory + layer.wt + at.unit * layer.wt_depth + layer.z * width
        sums = code.zeros(rows, vectors)
        sums = code.product(sums, dn, layer.n_stride, 1, w, width, layer.units)
        for row, dn_hs in enumerate(code.keep_first(sums, layer.hidden - at.unit)):
            for v, dn_h in enumerate(dn_hs):
                gate = layer.z_stride * row + (2 * v + R) * L
                r = code.load(p.gates + gate)
                h = code.load(p.h + layer.a_stride * row + v * L)
                code.store(dn_h * h * r * (one - r), p.dz + gate)
                carry = p.carry + layer.units * row + v * L
                code.store(dn_h * r + code.load(carry), carry)

    return reset_backward_tile


def gru_weight_gradient(
    layer: Layer, sample: int, count: int, add: bool, part: int, start: int, stop: int,
    memory: Array, gradient: Array,
) -> None:  # fmt: skip
    """Fill, or add to, the gradient of the packed weights of some units, from a block's samples.

    As in `sweeps.weight_gradient`; but n has other inputs or another gradient where its
    weights are those of h.
    """
    L, N, width = layer.lanes, layer.n_stride, 3 * layer.lanes
    after_reset = layer.dn_h != 0
    depth_x = layer.inputs + (1 if after_reset else BIASES)
    block = layer.block + part * SAMPLES * 4 * L
    for q in range(start, stop):
        out = layer.w + q * L * layer.panel
        out_n = out + 2 * L
        for k in range(0, count, SAMPLES):
            some, more = min(SAMPLES, count - k), add or k > 0
            a, dn = layer.a + (sample + k) * layer.a_stride, layer.dn + k * N + q * L
            dz, dz_stride = layer.dz + k * layer.z_stride + 2 * q * L, layer.z_stride
            if layer.z * memory.itemsize >= FAR_APART:
                copy_rows(memory, dz, dz_stride, block, 2 * L, some, 2 * L)
                dz, dz_stride = block, 2 * L
            add_outer_2(
                layer.depth, width, memory, a, layer.a_stride, dz, dz_stride, some,
                gradient, out, more,
            )  # fmt: skip
            # First the weights of x, then those of h: one call, for it is compiled where it stands.
            rows, depth, below = a, depth_x, out_n
            stride = layer.a_stride
            for of_h in range(2):
                if of_h:
                    rows, stride = layer.n_h + (sample + k) * N, N
                    if after_reset:
                        rows, stride = a + depth_x, layer.a_stride
                        dn = layer.dn_h + k * N + q * L
                    depth, below = layer.depth - depth_x, out_n + depth_x * width
                add_outer_1(depth, width, memory, rows, stride, dn, N, some, gradient, below, more)
        clear_padding(layer, out, width, gradient)
