import pytest
from numba.core.runtime import _nrt_python, rtsys

from tests.kernels.guards import Guards


@pytest.fixture
def guards(monkeypatch):
    """Arrays between margins; a workspace or stream made now lies between some itself."""
    own = Guards()
    for module in ("workspace", "stream"):
        monkeypatch.setattr(f"rnn_kernels.{module}.aligned_zeros", own.zeros)
    return own


@pytest.fixture
def in_blocks_of(monkeypatch):
    """Return a function: from now on backward passes go so many timesteps of a batch at a time."""

    def choose(span, batch_size):
        monkeypatch.setattr("rnn_kernels.layout.BLOCK_BYTES", 0)
        monkeypatch.setattr("rnn_kernels.layout.FEWEST_IN_BLOCK", span * batch_size)

    return choose


@pytest.fixture
def allocations():
    """Return a function that counts Numba's allocations in a call."""

    def count(call):
        before = rtsys.get_allocation_stats()
        call()
        after = rtsys.get_allocation_stats()
        return after.alloc - before.alloc, after.mi_alloc - before.mi_alloc

    _nrt_python.memsys_enable_stats()
    yield count
    _nrt_python.memsys_disable_stats()
