"""One sound call of every public function, to be spoiled one argument at a time."""

import numpy as np

from rnn_kernels import (
    Optimizer,
    Workspace,
    backward,
    clip_by_global_norm,
    forward,
    mse,
    parameter_size,
    predict,
    step,
    train_steps,
)
from tests.kernels.support import blank, random_problem

T, B, D, H, O = 5, 3, 2, 6, 2  # noqa: E741
N, STEPS = 12, 4

INPUTS = {
    "forward": ["parameters"],
    "backward": ["parameters", "dh_T", "dc_T"],
    "step": ["parameters", "x", "h", "c"],
    "mse": ["y", "target"],
    "update": ["gradient"],
    "train_steps": ["series", "targets", "starts"],
    "predict": ["parameters", "series", "starts"],
}
OUTPUTS = {
    "backward": ["gradient"],
    "step": ["h_out", "c_out", "y"],
    "mse": ["dy"],
    "clip_by_global_norm": ["gradient"],
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

    def gradient():
        return blank(network, dtype)

    def cell_state():
        return empty(B, H) if cell == "lstm" else None

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
        "mse": (
            mse,
            {"y": empty(T, B, O), "target": empty(T, B, O), "dy": empty(T, B, O), "first": 0},
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
