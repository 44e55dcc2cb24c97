"""The linear readout.

    y_t = W_hy h_t + b_y

    dh_t += W_hyᵀ dy_t        dW_hy = Σ_t dy_t h_tᵀ        db_y = Σ_t dy_t

The sums go over the timesteps that the loss counts, and the batch.
"""

from rnn_kernels.jit import jit
from rnn_kernels.layout import Array, Weights
from rnn_kernels.products import add_scaled, dot


@jit
def read_out(weights: Weights, h: Array, y: Array) -> None:
    """One sample's y (O,) from its hidden state (H,)."""
    for k in range(y.size):
        y[k] = weights.b_y[k] + dot(weights.W_hy[k], h)


@jit
def add_state_gradient(weights: Weights, dy: Array, dh: Array) -> None:
    """Add W_hyᵀ dy to dh (H,) for one sample."""
    for k in range(dy.size):
        add_scaled(dy[k], weights.W_hy[k], dh)


@jit
def readout_gradient(h: Array, dy: Array, gradient: Weights, first: int) -> None:
    """Fill dW_hy and db_y from h (T+1, B, H) and dy (T, B, O) of the timesteps from `first` on."""
    T, B, O = dy.shape  # noqa: E741  O is the number of outputs
    zero = dy.dtype.type(0)
    for k in range(O):
        gradient.W_hy[k] = zero
        gradient.b_y[k] = zero
        for t in range(first, T):
            for b in range(B):
                gradient.b_y[k] += dy[t, b, k]
                add_scaled(dy[t, b, k], h[t + 1, b], gradient.W_hy[k])
