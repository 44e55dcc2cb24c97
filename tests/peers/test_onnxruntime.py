"""The forward pass against onnxruntime, with weights that tell every gate from every other."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, checker, helper, numpy_helper

from tests.kernels.support import CELLS, LSTMS, expected, random_problem, solve

ORDERS = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [1, 0, 2]}
"""Ours i, f, g, o and r, z, n; ONNX wants i, o, f, c and z, r, h. Peepholes: i, o, f."""
OPTIONS = {
    "rnn-relu": {"activations": ["Relu"]},
    "gru": {"linear_before_reset": 1},
    "gru-original": {"linear_before_reset": 0},
}


def in_onnx_order(problem, name):
    """Return the rows of a recurrent parameter in ONNX's order of the gates."""
    order = ORDERS[problem.cell.split("-")[0]]
    gates = np.split(problem.parameters[name], len(order))
    return np.concatenate([gates[k] for k in order])


def values(shapes):
    return [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    ]


def model_of(problem):
    """An ONNX model: the recurrent layer, then the readout at every timestep."""
    p = problem.parameters
    weights = {
        "W": in_onnx_order(problem, "W_ih")[None],
        "R": in_onnx_order(problem, "W_hh")[None],
        "B": np.concatenate([in_onnx_order(problem, name) for name in ("b_ih", "b_hh")])[None],
        "W_hy": p["W_hy"].T,
        "b_y": p["b_y"],
        "axis": np.array([1], np.int64),
    }
    peepholes = []
    if problem.cell == "lstm-peephole":
        p_i, p_f, p_o = np.split(p["p"], 3)
        weights["P"] = np.concatenate([p_i, p_o, p_f])[None]
        peepholes = ["P"]
    states = ["h0", "c0"] if problem.cell in LSTMS else ["h0"]
    finals = ["h_T", "c_T"] if problem.cell in LSTMS else ["h_T"]
    nodes = [
        helper.make_node(
            problem.cell.split("-")[0].upper(),
            ["x", "W", "R", "B", "", *states, *peepholes],
            ["h", *finals],
            hidden_size=problem.network.hidden_size,
            **OPTIONS.get(problem.cell, {}),
        ),
        helper.make_node("Squeeze", ["h", "axis"], ["h_all"]),
        helper.make_node("MatMul", ["h_all", "W_hy"], ["Wh"]),
        helper.make_node("Add", ["Wh", "b_y"], ["y"]),
    ]
    x, state, y = problem.x.shape, (1, *problem.h0.shape), problem.target.shape
    h = (len(problem.x), *state)
    graph = helper.make_graph(
        nodes,
        problem.cell,
        values({"x": x} | dict.fromkeys(states, state)),
        values({"y": y, "h": h} | dict.fromkeys(finals, state)),
        [
            numpy_helper.from_array(a if a.dtype == np.int64 else a.astype(np.float32), name)
            for name, a in weights.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model


def run(problem):
    session = onnxruntime.InferenceSession(
        model_of(problem).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    feeds = {"x": problem.x, "h0": problem.h0[None], "c0": problem.c0[None]}
    wanted = {node.name for node in session.get_inputs()}
    feeds = {k: v.astype(np.float32) for k, v in feeds.items() if k in wanted}
    names = [node.name for node in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


@pytest.mark.parametrize(
    ("T", "B", "D", "H", "O"),
    [(1, 1, 1, 1, 1), (7, 3, 2, 6, 2), (12, 4, 5, 40, 3), (5, 9, 1, 17, 1)],
)
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_and_states_agree(cell, T, B, D, H, O):  # noqa: E741
    problem = random_problem(cell, T=T, B=B, D=D, H=H, O=O, scale=0.5 / H**0.5, dtype=np.float32)
    ours, theirs = solve(problem), run(problem)
    tolerance = {"rtol": 0, "atol": 2e-6}
    np.testing.assert_allclose(ours["y"], theirs["y"], **tolerance)
    np.testing.assert_allclose(ours["h"], theirs["h"][:, 0], **tolerance)
    np.testing.assert_allclose(ours["h"][-1], theirs["h_T"][0], **tolerance)
    if cell in LSTMS:
        np.testing.assert_allclose(ours["c"][-1], theirs["c_T"][0], **tolerance)


def test_another_order_of_the_gates_would_be_noticed():
    problem = random_problem("lstm", dtype=np.float32)
    gates = [np.split(problem.parameters[name], 4) for name in ("W_ih", "W_hh", "b_ih", "b_hh")]
    right = expected(problem)["y"]
    for a in range(4):
        for b in range(a):
            order = [b if k == a else a if k == b else k for k in range(4)]
            swapped = {
                name: np.concatenate([parts[k] for k in order])
                for name, parts in zip(("W_ih", "W_hh", "b_ih", "b_hh"), gates, strict=True)
            }
            problem.parameters.update(swapped)
            assert np.abs(expected(problem)["y"] - right).max() > 0.1
