"""The help of the walk: what it shows, the equations, how to read it."""

from rnn_tui.tui.explanations import Explanation

FORWARD = Explanation(
    1,
    "Forward",
    "The sequence of the panels, the last window of the validation part, as the network reads it, "
    "timestep by timestep: input x, the gates, the states, and what the readout says, y. The maps "
    "have a row for each unit. To the right is what they say at the timestep of the cursor: gates "
    "as means over units, states and candidate as norms. Of several layers {next-layer} shows the "
    "next: those above the first read the h of the layer below, and the last one is read out.",
    (
        "RNN: h_t = tanh(W_ih x_t + W_hh h_{t−1} + b)",
        "LSTM: c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t,  h_t = o_t ⊙ tanh c_t",
        "y_t = W_hy h_t + b_y,  L = mean (y − target)²",
    ),
    "x and y are in scaled units, on one scale. With the default loss only the last y counts.",
    "Gates that move with the input; states that stay between −1 and 1, or not far beyond.",
    "Gates shut or open all along; |h| near 1 everywhere: tanh is flat there, nothing comes back.",
)
BACKWARD = Explanation(
    2,
    "Backward",
    "The total derivatives ‖dh_t‖ = ‖∂L/∂h_t‖ and ‖dc_t‖ on a log scale, from the last timestep to "
    "the first, the way that the gradient goes. ◆ is the part that the readout of t sends, or "
    "in a layer below the last one the layer above. On a large screen the map above has |dh| of "
    "every unit, over eight powers of ten.",
    (
        "dh_t = W_hyᵀ dy_t + what comes back from t + 1",
        "RNN: what comes back is W_hhᵀ ((1 − h²_{t+1}) ⊙ dh_{t+1})",
        "LSTM: dc_t = f_{t+1} ⊙ dc_{t+1} + o_t ⊙ (1 − tanh² c_t) ⊙ dh_t",
        "factor = norm of what came back to t / norm of the total at t + 1",
    ),
    "A factor of 0.8 at each of 24 timesteps leaves half a per cent: "
    "that is how gradients vanish. The norms of two parts need not add up to that of their sum.",
    "Factors near 1, along the cell at least.",
    "Factors far below 1: early timesteps do not teach. Far above: the gradient explodes.",
)
WEIGHTS = Explanation(
    3,
    "Weight gradient",
    "dW_hh as it is summed up on the way back, a square for every gate. Each timestep adds a part "
    "of its own. Below is its norm so far, and which share of the finished gradient's norm it is.",
    ("dW_hh = Σ_t dz_t h_{t−1}ᵀ",),
    "It is the same matrix at every timestep, so the gradient is the sum over all of them. Parts "
    "may cancel: the norm need not grow.",
    "Many timesteps add to it.",
    "It is full after a few timesteps: the earlier ones have no say in what the weights become.",
)
WALK_EXPLANATIONS = (FORWARD, BACKWARD, WEIGHTS)
