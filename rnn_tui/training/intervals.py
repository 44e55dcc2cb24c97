"""When the weights are tried on the validation part."""

AT_LEAST = 10
AT_MOST = 1_000
"""Steps from one evaluation to the next; an epoch is cut only where it is longer than this."""
FIRST = 100
"""Evaluations before they come half as often; after half as many half as often again, and so on."""


def steps_to_evaluation(taken: int, batches_per_epoch: int) -> int:
    """Return after how many further steps the next evaluation is due.

    The loss changes with the logarithm of the time rather than with the time: the distance doubles
    as often as the steps taken have. A short epoch would be evaluated a hundred times a second
    otherwise, for a fifth of the time.

    Parameters
    ----------
    taken
        Steps taken since the beginning of an epoch; below 0 where that is still to come.
    batches_per_epoch
        Steps of an epoch.
    """
    shortest = batches_per_epoch * -(-AT_LEAST // batches_per_epoch)
    if shortest > AT_MOST:
        return AT_MOST - taken % AT_MOST
    doublings = (max(0, taken) // (FIRST * shortest)).bit_length()
    interval = shortest << min(doublings, (AT_MOST // shortest).bit_length() - 1)
    return interval - taken % interval
