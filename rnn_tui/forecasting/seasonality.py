"""Find the length of a season."""

import numpy as np

from rnn_tui.data.series import Floats

LONGEST_SAMPLE = 100_000
LEAST_CORRELATION = 0.3


def find_period(values: Floats) -> int | None:
    """Return the lag of the first high peak of the autocorrelation, None where there is no season.

    Looks at lags beyond the first at which the autocorrelation is negative (before it, a peak is
    the decay of a smooth series) and up to a third of the rows (a season has to come three
    times). High is what reaches nine tenths of the highest peak, so that one season is found and
    not two. Of a long series only the last 100,000 rows count.
    """
    sample = values[-LONGEST_SAMPLE:]
    correlation = _autocorrelation(sample)[: len(sample) // 3 + 1]
    negative = np.flatnonzero(correlation < 0)
    if not len(negative):
        return None
    inner = correlation[1:-1]
    peaks = 1 + np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:]))
    peaks = peaks[peaks > negative[0]]
    if not len(peaks) or correlation[peaks].max() < LEAST_CORRELATION:
        return None
    high = correlation[peaks] >= 0.9 * correlation[peaks].max()
    return int(peaks[np.argmax(high)])


def _autocorrelation(values: Floats) -> Floats:
    """Return the autocorrelation at lags 0 … n-1 by way of the power spectrum, shape (n,).

    It is 0 at every lag for a constant series.
    """
    deviation = values - values.mean()
    largest = np.abs(deviation).max()
    if largest == 0:
        return np.zeros(len(values))
    spectrum = np.fft.rfft(deviation / largest, n=2 * len(values))
    covariance = np.fft.irfft(np.abs(spectrum) ** 2)[: len(values)]
    normalised: Floats = covariance / covariance[0]
    return normalised
