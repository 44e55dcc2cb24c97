"""One sound call of every public function, to be spoiled one argument at a time."""

import numpy as np

from rnn_kernels import (
    Optimizer,
    Workspace,
    backward,
    clip_by_global_norm,
    clip_by_value,
    cross_entropy,
    forward,
    huber,
    mae,
    mse,
    parameter_size,
    predict,
    quantile_loss,
    step,
    train_steps,
)
from tests.kernels.support import LSTMS, blank, random_problem

T, B, D, H, O = 5, 3, 2, 6, 2  # noqa: E741
N, STEPS = 12, 4

LOSSES = ("mse", "mae", "huber", "quantile_loss", "cross_entropy")

INPUTS = {
    "forward": ["parameters"],
    "backward": ["parameters", "dh_T", "dc_T"],
    "step": ["parameters", "x", "h", "c"],
    **{name: ["y", "target"] for name in LOSSES},
    "update": ["gradient"],
    "train_steps": ["series", "targets", "starts"],
    "predict": ["parameters", "series", "starts"],
}
OUTPUTS = {
    "backward": ["gradient"],
    "step": ["h_out", "c_out", "y"],
    **{name: ["dy"] for name in LOSSES},
    "clip_by_global_norm": ["gradient"],
    "clip_by_value": ["gradient"],
    "update": ["parameters"],
    "train_steps": ["parameters", "gradient", "losses", "norms"],
    "predict": ["out"],
}


def sound_calls(dtype=np.float32, cell="lstm"):
    """Return, by name, each function with its arguments, all of them by name."""
    problem = random_problem(cell, T=T, B=B, D=D, H=H, O=O, dtype=dtype)
    network = problem.network
    workspace = Workspace(network, timesteps=T, batch_size=B, dtype=dtype)
    workspace.dy[...] = 1

    def arguments(**own):
        return {"network": network, "parameters": problem.flat.copy(), **own}

    def empty(*shape, dtype=dtype):
        return np.full(shape, 7, dtype)

    def outputs(**own):
        y, target, dy = (empty(T, B, O) for _ in range(3))
        return {"y": y, "target": target, "dy": dy, "first": 0, **own}

    def gradient():
        return blank(network, dtype)

    def cell_state():
        return empty(B, H) if cell in LSTMS else None

    return {
        "forward": (forward, arguments(workspace=workspace, first=0)),
        "backward": (
            backward,
            arguments(
                workspace=workspace,
                gradient=gradient(),
                first=0,
                dh_T=empty(B, H),
                dc_T=cell_state(),
            ),
        ),
        "step": (
            step,
            arguments(
                x=empty(B, D),
                h=empty(B, H),
                c=cell_state(),
                h_out=empty(B, H),
                c_out=cell_state(),
                y=empty(B, O),
            ),
        ),
        "mse": (mse, outputs()),
        "mae": (mae, outputs()),
        "huber": (huber, outputs(delta=0.5)),
        "quantile_loss": (
            quantile_loss,
            outputs(target=empty(T, B, 1), quantiles=(0.1, 0.9)),
        ),
        "cross_entropy": (cross_entropy, outputs(target=np.ones((T, B), np.int64))),
        "clip_by_value": (
            clip_by_value,
            {"gradient": empty(parameter_size(network, dtype)), "limit": 1.0},
        ),
        "clip_by_global_norm": (
            clip_by_global_norm,
            {"gradient": empty(parameter_size(network, dtype)), "threshold": 1.0},
        ),
        "update": (
            Optimizer("adam", size=10, dtype=dtype).update,
            {"parameters": empty(10), "gradient": empty(10), "learning_rate": 0.1},
        ),
        "train_steps": (
            train_steps,
            arguments(
                gradient=gradient(),
                optimizer=Optimizer("adam", size=parameter_size(network, dtype), dtype=dtype),
                workspace=workspace,
                series=empty(N, D),
                targets=empty(N, O),
                starts=np.zeros((STEPS, B), np.int64),
                first=0,
                learning_rate=0.1,
                clip=1.0,
                losses=empty(STEPS, dtype=np.float64),
                norms=empty(STEPS, dtype=np.float64),
            ),
        ),
        "predict": (
            predict,
            arguments(
                workspace=workspace,
                series=empty(N, D),
                starts=np.zeros(STEPS, np.int64),
                out=empty(STEPS, O),
            ),
        ),
    }
