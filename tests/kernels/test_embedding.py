import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_kernels import (
    Loss,
    Network,
    Stream,
    Workspace,
    backward,
    forward,
    initialise,
    pack,
    predict,
    step,
    unpack,
)
from tests import oracle
from tests.kernels import support
from tests.kernels import tokens as problems
from tests.kernels.courses import Training, random_course
from tests.kernels.support import (
    CELLS,
    DTYPES,
    ONE_AND_TWO_THREADS,
    assert_close,
    named,
    random_sizes,
    rounding_slack,
)

RTOL = {np.float64: 1e-11, np.float32: 1e-5}


@pytest.mark.parametrize("dtype", DTYPES)
@given(sizes=random_sizes(), V=st.integers(1, 9))
def test_forward_and_backward_agree_with_the_oracle(dtype, sizes, V):
    sizes["scale"] = min(sizes["scale"], 0.8 * sizes["H"] ** -0.5)
    problem = problems.random_tokens(**sizes, V=V, dtype=dtype)
    slack = rounding_slack(problem[0], support.expected(problem[0]))
    slack["dembedding"] = problem[2].size * slack["dx"]
    wanted = problems.expected(*problem)
    assert_close(problems.solve(*problem), wanted, rtol=RTOL[dtype], slack=slack)


@pytest.mark.threads
def test_the_bits_do_not_depend_on_the_threads():
    problem = problems.random_tokens("lstm", T=9, B=13, H=19, layers=2)
    assert_close(problems.solve(*problem, threads=2), problems.solve(*problem), rtol=0)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_training_agrees_with_the_oracle(cell, layers):
    course = random_course(cell, steps=8, V=7, D=3, O=7, layers=layers, loss=Loss("cross-entropy"))
    training = Training(course)
    assert training.take(course.starts) == 8
    parameters, losses, norms = course.expected()
    np.testing.assert_allclose(training.losses, losses, rtol=1e-12)
    np.testing.assert_allclose(training.norms, norms, rtol=1e-12)
    for name, value in parameters.items():
        np.testing.assert_allclose(training.parameters[name], value, rtol=1e-9, atol=1e-12)
    starts = np.array([3, 20, 34, 7, 0])
    windows = course.parameters["embedding"][course.series]
    wanted = oracle.predict(cell, course.parameters, windows, starts, course.T)
    np.testing.assert_allclose(course.predictions(starts), wanted, rtol=1e-12, atol=1e-13)


def test_lengths_and_carried_states_go_with_tokens():
    course = random_course("gru", steps=3, V=6, D=3, O=2, layers=2, optimizer="sgd", clip=0.0)
    dense = course.but(
        network=Network("gru", 3, 6, 2, 2),
        parameters={k: v for k, v in course.parameters.items() if k != "embedding"},
        series=course.parameters["embedding"][course.series],
        learning_rate=1e-300,
    )
    lengths = np.array([[6, 4, 1]] * 3)
    carry = np.array([[False] * 3, [True] * 3, [True, False, True]])
    tokens, rows = Training(course.but(learning_rate=1e-300)), Training(dense)
    for training in (tokens, rows):
        training.take(course.starts, lengths=lengths, carry=carry)
    assert tokens.losses.tolist() == rows.losses.tolist()
    ours = named(course.network, tokens.gradient)
    for name, value in named(dense.network, rows.gradient).items():
        np.testing.assert_array_equal(ours[name], value)
    read = zip(course.starts[-1], lengths[-1], strict=True)
    seen = np.concatenate([course.series[start : start + length] for start, length in read])
    unseen = np.setdiff1d(np.arange(6), seen)
    assert not ours["embedding"][unseen].any()


def test_a_gradient_is_the_slope_of_the_loss():
    problem, embedding, tokens = problems.random_tokens("lstm", T=5, B=2, D=3, H=4, scale=0.4)
    problem.dh_T[:], problem.dc_T[:] = 0, 0
    gradient = problems.solve(problem, embedding, tokens)["dembedding"]
    shift = 1e-5
    for index in np.ndindex(embedding.shape):
        losses = []
        for sign in (1, -1):
            moved = embedding.copy()
            moved[index] += sign * shift
            losses.append(problems.solve(problem, moved, tokens)["loss"])
        slope = (losses[0] - losses[1]) / (2 * shift)
        assert gradient[index] == pytest.approx(slope, abs=1e-8 * np.abs(gradient).max())


@pytest.mark.parametrize("layers", [1, 3])
def test_a_stream_of_tokens_has_the_bits_of_the_forward_pass(layers):
    network = Network("lstm", 3, 17, 4, layers, vocabulary_size=6)
    parameters = initialise(network, np.random.default_rng(0), np.float32)
    tokens = np.random.default_rng(1).integers(0, 6, (600, 2))
    workspace = Workspace(network, timesteps=600, batch_size=2, dtype=np.float32)
    workspace.tokens[:] = tokens
    forward(network, parameters, workspace)
    stream, y = Stream(network, parameters, batch_size=2), np.empty((600, 2, 4), np.float32)
    stream.run(tokens, y)
    np.testing.assert_array_equal(y, workspace.y)
    stream.reset()
    for t in range(20):
        stream.tokens[:] = tokens[t]
        np.testing.assert_array_equal(stream.step(), y[t])


def test_the_embedding_is_packed_last_and_drawn_as_pytorch_does():
    network = Network("gru", 40, 8, 2, vocabulary_size=50)
    plain = Network("gru", 40, 8, 2)
    flat = initialise(network, np.random.default_rng(0), np.float64)
    without = initialise(plain, np.random.default_rng(0), np.float64)
    np.testing.assert_array_equal(flat[: without.size], without)
    embedding = unpack(network, flat)["embedding"]
    assert embedding.shape == (50, 40)
    assert (embedding.mean(), embedding.std()) == pytest.approx((0, 1), abs=0.05)
    assert network.parameter_count == plain.parameter_count + 2000
    np.testing.assert_array_equal(pack(network, unpack(network, flat), np.float64), flat)


@pytest.mark.parametrize("dtype", DTYPES)
def test_tokens_stay_within_their_arrays(dtype, guards):
    course = random_course("gru-original", steps=3, V=5, D=3, B=9, H=33, layers=2, dtype=dtype)
    training = Training(course)
    for name in ("flat", "gradient"):
        setattr(training, name, guards.copy(getattr(training, name)))
    assert training.take(course.starts) == 3
    guards.assert_untouched()
    assert np.isfinite(training.gradient).all()


@ONE_AND_TWO_THREADS
def test_tokens_allocate_nothing(threads, allocations):
    course = random_course("lstm", steps=40, V=9, H=20, B=9, threads=threads, dtype=np.float32)
    training = Training(course)
    training.take(course.starts[:2])
    one = allocations(lambda: training.take(course.starts[:1]))
    assert allocations(lambda: training.take(course.starts)) == one


BAD = [
    (lambda n: n * 0 + 5, "got token 5 at [{}], expected 0 to 4: the vocabulary has 5"),
    (lambda n: n * 0 - 1, "got token -1 at [{}], expected 0 to 4: the vocabulary has 5"),
    (lambda n: n.astype(np.int32), "got dtype int32, expected int64"),
    (lambda n: n.astype(float), "got dtype float64, expected int64"),
    (lambda n: n.tolist(), "got list, expected a NumPy array"),
    (lambda n: np.stack([n, n]), "got shape {}, expected ({})"),
]


@pytest.mark.parametrize(("spoil", "message"), BAD)
def test_series_that_are_no_tokens(spoil, message):
    course = random_course("lstm", V=5)
    training = Training(course)
    before = training.state()
    training.series = spoil(course.series)
    message = "series: " + message.replace("[{}]", "[0]").format("(2, 40)", "any")
    with pytest.raises(ValueError) as raised:  # noqa: PT011  the message is what is tested
        training.take(course.starts)
    assert str(raised.value) == message
    assert training.state() == before
    with pytest.raises(ValueError) as raised:  # noqa: PT011  likewise
        predict(
            course.network, training.flat, training.workspace, training.series,
            np.array([0]), np.empty((1, 2)),
        )  # fmt: skip
    assert str(raised.value) == message


def test_tokens_that_are_out_of_range():
    network = Network("rnn", 2, 4, 1, vocabulary_size=3)
    flat = initialise(network, np.random.default_rng(0), np.float64)
    workspace = Workspace(network, timesteps=2, batch_size=2, dtype=np.float64)
    workspace.tokens[1, 0] = 3
    wrong = r"^{}: got token 3 at \[{}\], expected 0 to 2: the vocabulary has 3$"
    with pytest.raises(ValueError, match=wrong.format("tokens", "1, 0")):
        forward(network, flat, workspace)
    stream = Stream(network, flat)
    stream.tokens[0] = 3
    with pytest.raises(ValueError, match=wrong.format("tokens", "0")):
        stream.step()
    with pytest.raises(ValueError, match=wrong.format("x", "0, 0")):
        stream.run(np.array([[3]]), np.empty((1, 1, 1)))
    h, y = np.zeros((1, 4)), np.zeros((1, 1))
    with pytest.raises(ValueError, match=wrong.format("x", "0")):
        step(network, flat, np.array([3]), h, None, h, None, y)
    workspace.tokens[:] = 2
    forward(network, flat, workspace)
    workspace.dy[:] = 1
    gradient = np.full_like(flat, np.nan)
    backward(network, flat, workspace, gradient)
    assert not named(network, gradient)["embedding"][:2].any()


@pytest.mark.parametrize("size", [-1, 1.0, True, "4", None])
def test_a_vocabulary_of_no_size(size):
    with pytest.raises(
        ValueError, match=r"^vocabulary_size: got .*, expected a whole number of at"
    ):
        Network("rnn", 1, 1, 1, vocabulary_size=size)
