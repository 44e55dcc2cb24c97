"""Find the length of a season."""

import numpy as np

from rnn_tui.data.series import Floats

LONGEST_SAMPLE = 100_000
LEAST_CORRELATION = 0.3


def find_period(values: Floats) -> int | None:
    """Return the lag of the first high peak of the autocorrelation, None where there is no season.

    A straight line is taken off first: a trend would hide the season. Looks at lags beyond the
    first at which the autocorrelation is negative (before it, a peak is the decay of a smooth
    series) and up to a third of the rows (a season has to come three times). High is what reaches
    nine tenths of the highest peak, so that one season is found and not two. Of a long series only
    the last 100,000 rows count.
    """
    sample = values[-LONGEST_SAMPLE:]
    correlation = _autocorrelation(_without_line(sample))[: len(sample) // 3 + 1]
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


def _without_line(values: Floats) -> Floats:
    """Return the residuals of a straight line, 0 where they are but rounding errors, shape (n,)."""
    deviation = values - values.mean()
    t = np.arange(len(values)) - (len(values) - 1) / 2
    largest = np.abs(deviation).max()
    if largest == 0 or len(values) < 2:
        return np.zeros(len(values))
    scaled = deviation / largest
    residual = scaled - t * (t @ scaled) / (t @ t)
    is_line = np.abs(residual).max() < 1e-9
    return np.zeros(len(values)) if is_line else residual


def _autocorrelation(values: Floats) -> Floats:
    """Return the autocorrelation at lags 0 … n-1 by way of the power spectrum, shape (n,).

    It is 0 at every lag for a constant series.
    """
    if not values.any():
        return np.zeros(len(values))
    spectrum = np.fft.rfft(values, n=2 * len(values))
    covariance = np.fft.irfft(np.abs(spectrum) ** 2)[: len(values)]
    normalised: Floats = covariance / covariance[0]
    return normalised
