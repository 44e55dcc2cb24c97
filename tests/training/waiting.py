import time


def wait_for(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the session did not get there in time"
        time.sleep(0.005)
