"""The same kernels as other processors run them, with narrower vectors and fewer registers.

Numba compiles for the processor that its environment names, and so the tests of the tiles and of
whole sweeps against the oracle run once more in a process of their own. Both processors are older
than any that the program will meet; this one has to know their instructions.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        platform.machine() not in ("x86_64", "AMD64"), reason="names processors of another kind"
    ),
]

ROOT = Path(__file__).parents[2]
AVX2 = "+sse,+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+popcnt,+avx,+avx2,+fma,+bmi,+bmi2,+lzcnt,+movbe"
SWEEPS = (
    "tests/kernels/test_propagation.py::test_forward_and_backward_agree_with_the_oracle",
    "tests/kernels/test_training.py::test_training_agrees_with_the_oracle",
    "tests/kernels/test_training.py::test_training_in_float32_follows_the_oracle",
    "tests/kernels/test_training.py::test_training_of_several_layers_agrees_with_the_oracle",
)
FAMILIES = "not (relu or peephole or original)"
"""One cell of each kind: the others have the same products."""
MICROKERNEL = "tests/kernels/test_microkernel.py"
WIDTH = "from rnn_kernels.microkernel import vector_bytes; print(vector_bytes())"


def on(processor, features, cache):
    """The environment in which Numba compiles for another processor."""
    return os.environ | {
        "NUMBA_CPU_NAME": processor,
        "NUMBA_CPU_FEATURES": features,
        "NUMBA_CACHE_DIR": str(cache),
    }


def run(environment, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("processor", "features", "width", "tests"),
    [
        ("haswell", AVX2, 32, [MICROKERNEL, *SWEEPS, "-k", FAMILIES]),
        (
            "x86-64",
            "+sse,+sse2",
            16,
            [MICROKERNEL, *SWEEPS[:1], "-k", f"(microkernel or float32) and {FAMILIES}"],
        ),
    ],
    ids=["AVX2", "SSE2"],
)
def test_a_processor_with_narrower_vectors_computes_the_same(
    processor, features, width, tests, tmp_path
):
    environment = on(processor, features, tmp_path)
    assert run(environment, "-c", WIDTH) == f"{width}\n"
    quiet = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert " passed" in run(environment, *quiet, *tests)
