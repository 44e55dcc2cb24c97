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

from rnn_kernels.jit import filled_in
from rnn_kernels.layout import BIASES, SAMPLES, Array, Layer, R, Z
from rnn_kernels.microkernel import Code, Vector, tiles
from rnn_kernels.sweeps import FAR_APART, LARGE_BLOCK, clear_padding, gather_block
from rnn_kernels.tiling import TALLEST_1, TALLEST_2, TALLEST_4, tile_rows, to_and_fro

forward_tile = backward_tile = new_tile = reset_tile = add_outer_1 = add_outer_2 = filled_in


def tiles_of(cell: str, pair: int) -> dict[str, Any]:
    """Return the tiles of a cell for panels of so many vectors of units."""
    if cell == "gru":
        return {"forward_tile": gru_forward_tile, "backward_tile": _backward_tile(pair)}
    return {
        "forward_tile": gates_forward_tile,
        "new_tile": new_forward_tile,
        "backward_tile": _gates_backward_tile(pair),
        "reset_tile": _reset_backward_tile(pair),
    }


@tiles(4, "memory parameters a a_stride w depth_x depth_h h gates z_stride n n_h n_stride h_next")
def gru_forward_tile(code: Code, rows: int, at: Any) -> None:
    """Gates and h_t of some samples and a vector of units."""
    m, width = at.memory, 3 * code.lanes
    a, w = m + at.a, at.parameters + at.w
    sums = code.product(code.zeros(rows, 3), a, at.a_stride, 1, w, width, at.depth_x)
    of_x = [row[2] for row in sums]
    sums = [[r, z, code.constant(0)] for r, z, _ in sums]
    w_h = w + at.depth_x * width
    sums = code.product(sums, a + at.depth_x, at.a_stride, 1, w_h, width, at.depth_h)
    for row, (z_r, z_z, n_h) in enumerate(sums):
        r, z = code.quotients(code.sigmoid_parts(z_r), code.sigmoid_parts(z_z))
        n = code.tanh(r * n_h + of_x[row])
        for gate, value in ((R, r), (Z, z)):
            code.store(value, m + at.gates + at.z_stride * row + gate * code.lanes)
        code.store(n_h, m + at.n_h + at.n_stride * row)
        code.store(n, m + at.n + at.n_stride * row)
        h = code.load(m + at.h + at.a_stride * row)
        code.store(z * (h - n) + n, m + at.h_next + at.a_stride * row)


def gru_forward_rows(
    layer: Layer, t: int, start: int, stop: int, parameters: Array, memory: Array
) -> None:
    """Fill the gates and h_t (index t + 1) of the samples start … stop−1."""
    vectors, stride, N = layer.units // layer.lanes, layer.a_stride, layer.n_stride
    depth_x = layer.inputs + 1
    for k in range(vectors):
        q = to_and_fro(k, vectors, t)
        unit = q * layer.lanes
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_4), t * layer.batch + b
            h = layer.h + row * stride + unit
            forward_tile(
                rows, memory, parameters, layer.a + row * stride, stride,
                layer.w + q * layer.panel, depth_x, layer.depth - depth_x, h,
                layer.gates + row * layer.z_stride + 2 * unit, layer.z_stride,
                layer.n + row * N + unit, layer.n_h + row * N + unit, N, h + layer.batch * stride,
            )  # fmt: skip
            b += rows


def _total(code: Code, rows: int, vectors: int, at: Any, *, through_n: bool) -> list[list[Vector]]:
    """Total dh_t: from above, carried, through the readout and through the gates of t + 1."""
    m, width, L = at.memory, vectors * code.lanes, code.lanes
    dh = [
        [
            code.load(m + at.above + at.above_stride * row + v * L)
            + code.load(m + at.carry + at.units * row + v * L)
            for v in range(vectors)
        ]
        for row in range(rows)
    ]
    w = m + at.wt
    of_n = w + at.z * width
    readout = of_n + at.units * width
    dh = code.product(dh, at.dy + at.e, at.e_stride, 1, readout, width, at.e_depth)
    dh = code.product(dh, m + at.dz_next, at.z_stride, 1, w, width, at.depth)
    if through_n:
        dh = code.product(dh, m + at.dn_next, at.n_stride, 1, of_n, width, at.depth_n)
    return code.keep_first(dh, at.valid)


def _backward_tile(vectors: int) -> Any:
    @tiles(
        vectors,
        "memory dy squares above above_stride dz_next depth dn_next depth_n e e_stride e_depth "
        "wt valid carry units h a_stride gates dz z z_stride n n_h dn dn_h n_stride square",
    )
    def gru_backward_tile(code: Code, rows: int, at: Any) -> None:
        """Total dh_t, the gradient of all gates, and what is carried beside it."""
        m, L, one = at.memory, code.lanes, code.constant(1)
        for row, dhs in enumerate(_total(code, rows, vectors, at, through_n=True)):
            code.add_squares(dhs, at.squares + at.square + row)
            for v, dh in enumerate(dhs):
                gate, new = at.z_stride * row + 2 * v * L, at.n_stride * row + v * L
                r, z = (code.load(m + at.gates + gate + k * L) for k in (R, Z))
                n, n_h = code.load(m + at.n + new), code.load(m + at.n_h + new)
                h = code.load(m + at.h + at.a_stride * row + v * L)
                dn = dh * (one - z) * (one - n * n)
                code.store(dn * n_h * r * (one - r), m + at.dz + gate + R * L)
                code.store(dh * (h - n) * z * (one - z), m + at.dz + gate + Z * L)
                code.store(dn, m + at.dn + new)
                code.store(dn * r, m + at.dn_h + new)
                code.store(dh * z, m + at.carry + at.units * row + v * L)

    return gru_backward_tile


def gru_backward_rows(
    layer: Layer, t: int, start: int, stop: int, _parameters: Array, memory: Array,
    above: int, above_stride: int, dy: Array, outputs: int, e_depth: int, squares: Array,
) -> None:  # fmt: skip
    """Fill dr, dz, dn, dn_h and the squared norms of dh_t of the samples start … stop−1.

    `above` is the place of what reaches the h_t from elsewhere: the layer above, or dh_T.
    """
    B, units, width = layer.batch, layer.units, layer.pair * layer.lanes
    Z_, N = layer.z_stride, layer.n_stride
    later = 0 if t + 1 == layer.timesteps else 1
    for k in range(units // width):
        unit = width * to_and_fro(k, units // width, t)
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * B + b
            from_above = above + b * above_stride + (unit if above_stride else 0)
            gate, new = row * Z_ + 2 * unit, row * N + unit
            backward_tile(
                rows, memory, dy, squares, from_above, above_stride,
                layer.dz + (row + B) * Z_, later * layer.z, layer.dn_h + (row + B) * N,
                later * units, row * outputs, outputs, e_depth,
                layer.wt + unit * layer.wt_depth, layer.hidden - unit,
                layer.dc + b * units + unit, units,
                layer.h + row * layer.a_stride + unit, layer.a_stride,
                layer.gates + gate, layer.dz + gate, layer.z, Z_,
                layer.n + new, layer.n_h + new, layer.dn + new, layer.dn_h + new, N,
                layer.squares + row,
            )  # fmt: skip
            b += rows


# The original form.


@tiles(2, "memory parameters a a_stride w depth h gates z_stride n_h n_stride")
def gates_forward_tile(code: Code, rows: int, at: Any) -> None:
    """r, z and r ⊙ h_{t−1} of some samples and a vector of units."""
    m, w = at.memory, at.parameters + at.w
    sums = code.product(code.zeros(rows, 2), m + at.a, at.a_stride, 1, w, 3 * code.lanes, at.depth)
    for row, (z_r, z_z) in enumerate(sums):
        r, z = code.quotients(code.sigmoid_parts(z_r), code.sigmoid_parts(z_z))
        for gate, value in ((R, r), (Z, z)):
            code.store(value, m + at.gates + at.z_stride * row + gate * code.lanes)
        h = code.load(m + at.h + at.a_stride * row)
        code.store(r * h, m + at.n_h + at.n_stride * row)


@tiles(
    1,
    "memory parameters a a_stride w depth_x reset n_stride depth_h h gates z_stride n h_next",
)
def new_forward_tile(code: Code, rows: int, at: Any) -> None:
    """New state n and h_t of some samples and a vector of units."""
    m, width = at.memory, 3 * code.lanes
    w = at.parameters + at.w + 2 * code.lanes
    sums = code.product(code.zeros(rows, 1), m + at.a, at.a_stride, 1, w, width, at.depth_x)
    w_h = w + at.depth_x * width
    sums = code.product(sums, m + at.reset, at.n_stride, 1, w_h, width, at.depth_h)
    for row, (z_n,) in enumerate(sums):
        n = code.tanh(z_n)
        code.store(n, m + at.n + at.n_stride * row)
        z = code.load(m + at.gates + at.z_stride * row + Z * code.lanes)
        h = code.load(m + at.h + at.a_stride * row)
        code.store(z * (h - n) + n, m + at.h_next + at.a_stride * row)


def original_forward_rows(
    layer: Layer, t: int, start: int, stop: int, parameters: Array, memory: Array
) -> None:
    """Fill the gates and h_t (index t + 1) of the samples start … stop−1."""
    vectors, stride, N = layer.units // layer.lanes, layer.a_stride, layer.n_stride
    for q in range(vectors):
        unit = q * layer.lanes
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * layer.batch + b
            forward_tile(
                rows, memory, parameters, layer.a + row * stride, stride,
                layer.w + q * layer.panel, layer.depth, layer.h + row * stride + unit,
                layer.gates + row * layer.z_stride + 2 * unit, layer.z_stride,
                layer.n_h + row * N + unit, N,
            )  # fmt: skip
            b += rows
    for q in range(vectors):
        unit = q * layer.lanes
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_1), t * layer.batch + b
            h = layer.h + row * stride + unit
            new_tile(
                rows, memory, parameters, layer.a + row * stride, stride,
                layer.w + q * layer.panel, layer.inputs + BIASES, layer.n_h + row * N, N,
                layer.hidden, h, layer.gates + row * layer.z_stride + 2 * unit, layer.z_stride,
                layer.n + row * N + unit, h + layer.batch * stride,
            )  # fmt: skip
            b += rows


def _gates_backward_tile(vectors: int) -> Any:
    @tiles(
        vectors,
        "memory dy squares above above_stride dz_next depth e e_stride e_depth "
        "wt valid carry units h a_stride gates dz z z_stride n dn n_stride square",
    )
    def gates_backward_tile(code: Code, rows: int, at: Any) -> None:
        """Total dh_t, dz and dn, and what is carried beside them, but for the reset gate."""
        m, L, one = at.memory, code.lanes, code.constant(1)
        for row, dhs in enumerate(_total(code, rows, vectors, at, through_n=False)):
            code.add_squares(dhs, at.squares + at.square + row)
            for v, dh in enumerate(dhs):
                gate, new = at.z_stride * row + (2 * v + Z) * L, at.n_stride * row + v * L
                z, n = code.load(m + at.gates + gate), code.load(m + at.n + new)
                h = code.load(m + at.h + at.a_stride * row + v * L)
                code.store(dh * (h - n) * z * (one - z), m + at.dz + gate)
                code.store(dh * (one - z) * (one - n * n), m + at.dn + new)
                code.store(dh * z, m + at.carry + at.units * row + v * L)

    return gates_backward_tile


def _reset_backward_tile(vectors: int) -> Any:
    @tiles(vectors, "memory dn n_stride wt valid carry units h a_stride gates dz z_stride")
    def reset_backward_tile(code: Code, rows: int, at: Any) -> None:
        """dr, and what passes the reset gate on its way back."""
        m, width, L, one = at.memory, vectors * code.lanes, code.lanes, code.constant(1)
        sums = code.zeros(rows, vectors)
        sums = code.product(sums, m + at.dn, at.n_stride, 1, m + at.wt, width, at.units)
        for row, dn_hs in enumerate(code.keep_first(sums, at.valid)):
            for v, dn_h in enumerate(dn_hs):
                gate = at.z_stride * row + (2 * v + R) * L
                r = code.load(m + at.gates + gate)
                h = code.load(m + at.h + at.a_stride * row + v * L)
                code.store(dn_h * h * r * (one - r), m + at.dz + gate)
                carry = m + at.carry + at.units * row + v * L
                code.store(dn_h * r + code.load(carry), carry)

    return reset_backward_tile


def original_backward_rows(
    layer: Layer, t: int, start: int, stop: int, _parameters: Array, memory: Array,
    above: int, above_stride: int, dy: Array, outputs: int, e_depth: int, squares: Array,
) -> None:  # fmt: skip
    """Fill dr, dz, dn and the squared norms of dh_t of the samples start … stop−1.

    `above` is the place of what reaches the h_t from elsewhere: the layer above, or dh_T.
    """
    B, units, width = layer.batch, layer.units, layer.pair * layer.lanes
    Z_, N = layer.z_stride, layer.n_stride
    depth = 0 if t + 1 == layer.timesteps else layer.z
    for unit in range(0, units, width):
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * B + b
            from_above = above + b * above_stride + (unit if above_stride else 0)
            gate, new = row * Z_ + 2 * unit, row * N + unit
            backward_tile(
                rows, memory, dy, squares, from_above, above_stride,
                layer.dz + (row + B) * Z_, depth, row * outputs, outputs, e_depth,
                layer.wt + unit * layer.wt_depth, layer.hidden - unit,
                layer.dc + b * units + unit, units,
                layer.h + row * layer.a_stride + unit, layer.a_stride,
                layer.gates + gate, layer.dz + gate, layer.z, Z_,
                layer.n + new, layer.dn + new, N, layer.squares + row,
            )  # fmt: skip
            b += rows
    for unit in range(0, units, width):
        b = start
        while b < stop:
            rows, row = tile_rows(stop - b, TALLEST_2), t * B + b
            gate = row * Z_ + 2 * unit
            reset_tile(
                rows, memory, layer.dn + row * N, N,
                layer.wt + unit * layer.wt_depth + layer.z * width, layer.hidden - unit,
                layer.dc + b * units + unit, units,
                layer.h + row * layer.a_stride + unit, layer.a_stride,
                layer.gates + gate, layer.dz + gate, Z_,
            )  # fmt: skip
            b += rows


# Both forms.


def gru_weight_gradient(
    layer: Layer, part: int, start: int, stop: int, memory: Array, gradient: Array
) -> None:
    """Fill the gradient of the packed weights for vectors start … stop−1 of the units.

    As in `sweeps.weight_gradient`; but n has other inputs or another gradient where its
    weights are those of h.
    """
    L, N = layer.lanes, layer.n_stride
    width, samples = 3 * L, layer.timesteps * layer.batch
    after_reset = layer.dn_h != 0
    depth_x = layer.inputs + (1 if after_reset else BIASES)
    depth_h = layer.depth - depth_x
    block = layer.block + part * SAMPLES * 4 * L
    for n0 in range(0, samples, LARGE_BLOCK):
        for q in range(start, stop):
            out = layer.w + q * layer.panel
            out_n = out + 2 * L
            for k in range(n0, min(samples, n0 + LARGE_BLOCK), SAMPLES):
                count = min(SAMPLES, samples - k)
                a, dn = layer.a + k * layer.a_stride, layer.dn + k * N + q * L
                dz, dz_stride = layer.dz + k * layer.z_stride + 2 * q * L, layer.z_stride
                if layer.z * memory.itemsize >= FAR_APART:
                    gather_block(memory, dz, dz_stride, count, 2 * L, L, block)
                    dz, dz_stride = block, 2 * L
                add_outer_2(
                    layer.depth, width, memory, a, layer.a_stride, dz, dz_stride, count,
                    gradient, out, k,
                )  # fmt: skip
                add_outer_1(
                    depth_x, width, memory, a, layer.a_stride, dn, N, count, gradient, out_n, k
                )
                a_h, a_stride, dn_h = layer.n_h + k * N, N, dn
                if after_reset:
                    a_h, a_stride = a + depth_x, layer.a_stride
                    dn_h = layer.dn_h + k * N + q * L
                add_outer_1(
                    depth_h, width, memory, a_h, a_stride, dn_h, N, count,
                    gradient, out_n + depth_x * width, k,
                )  # fmt: skip
            clear_padding(layer, out, width, gradient)
