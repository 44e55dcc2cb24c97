"""What each panel shows, its formula, how to read it, what healthy and ill look like.

A command in braces, as in {quit}, stands for its key.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """The help of one panel."""

    number: int
    title: str
    shows: str
    formula: tuple[str, ...]
    read: str
    healthy: str
    ill: str
    signs: str = ""
    """What stands along the axis."""
    zoomed: str = ""
    """What else there is on a panel that has the screen to itself."""


EXPLANATIONS = (
    Explanation(
        1,
        "Loss",
        "What training makes small, in scaled units, of the training batches and of the whole "
        "validation part, over optimisation steps, on a log scale: the mean squared error, unless "
        "--loss says otherwise.",
        ("L = mean (y − target)²",),
        "The bright line is the mean of each column, the dim dots behind it reach from the lowest "
        "to the highest batch. The line with • is validation. The diamond is its best value: the "
        "weights of that step are the ones kept. {log-or-linear-loss} changes the scale, "
        "{recent-or-whole-loss} shows the last steps, {smooth-the-loss} the running geometric "
        "mean.",
        "Both fall, then flatten out together.",
        "Validation rises while training falls: overfitting. Both jump: the learning rate is too "
        "high; press {lower-the-learning-rate}.",
        signs="The upright line below the diamond leads to the best step. At the foot: ╵ an epoch "
        "begins, ▴ ▾ the learning rate rises or falls, C the clipping threshold was changed, B the "
        "batch size, O the optimizer, W the model was written to a file, U what was waited for was "
        "reached, ! the gradient begins to underflow or overflow.",
        zoomed="Both losses now, their geometric mean and their change over the last tenth of the "
        "run, their lowest; how many times the training loss the validation loss is, on a tall "
        "screen as a curve; the settings, and what befell the run, the latest first.",
    ),
    Explanation(
        2,
        "Predicted vs actual",
        "One-step-ahead forecasts: at every point the network sees the true past. In data units, "
        "over the data's own time. The area is the truth, the line the forecast.",
        (
            "RMSE = √ mean (y − target)²",
            "better = 1 − RMSE / RMSE of the naive forecast, which repeats the last value",
        ),
        "Training, validation and test part are marked; nothing is learned from the last two. A "
        "long series shows its most recent part. The cursor ({previous-timestep} {next-timestep}) "
        "stands at one timestep of the window of panel 3. {errors-of-the-forecast} shows the "
        "errors, actual − predicted, around 0. Of several columns that are forecast the first is "
        "shown, until {next-target} goes to the next: line, scores and errors are then its own.",
        "Better than naive on the validation part, and on the test part at the end.",
        "A copy of the truth one step late: the network has learned the naive forecast.",
        zoomed="Of every part RMSE, MAE, MASE (in units of naive's error on the rows before), "
        "skill (how much better than naive), mean and standard deviation of the errors, and lag 1, "
        "their correlation with the errors one step before, with a star where chance (±1.96/√n) "
        "would hardly have it. The test part is scored at the end, so that nobody chooses by it. "
        "Below: the point at the cursor, or the newest; the RMSE over all steps ahead beside "
        "that of simple forecasts, the best first.",
    ),
    Explanation(
        3,
        "Gates over timesteps",
        "One gate of every unit (rows) at every timestep (columns) of one window, the last of the "
        "validation part. It stays the same window, so that changes are the network's.",
        (
            "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t",
            "h_t = o_t ⊙ tanh c_t",
            "horizon = −1 / ln f̄: the steps in which a cell with the mean forget gate keeps 1/e",
        ),
        "i input, f forget and o output gate go from 0 shut to 1 open; g candidate, c cell and h "
        "hidden state from −1 to 1; c may exceed 1, then the scale says so. {next-gate} shows the "
        "next one. Where there are more units than room, a row is their mean. A plain RNN has h "
        "and 1−h², the slope of tanh: where it is 0, no gradient passes. {map,-mean-or-histogram} "
        "goes over to the mean in a band from the 10th to the 90th percentile of the units, and "
        "to the histogram of all values; {order-of-units} sorts the units by index, mean or time "
        "scale, −1/ln of the mean forget gate. Of several layers the last one is shown, until "
        "{next-layer} goes to the first and up again. The cursor ({previous-timestep} "
        "{next-timestep}, or a click) reads out the means over all units at one timestep. "
        "Saturated is the share of values whose slope is less than a fifth of the steepest: gates "
        "below 0.05 or above 0.95, candidates beyond ±0.9, slopes of tanh below 0.19.",
        "Units differ, and differ over time.",
        "All one colour: saturated, no gradient gets through. Forget near 0: no memory.",
    ),
    Explanation(
        4,
        "Gradient per timestep",
        "How much gradient reached each timestep in the last training step: the total derivative "
        "(what comes back through time, and the readout's own share), as a norm over units and "
        "batch, on a log scale.",
        (
            "δ_t = ∂L_t/∂h_t + J_{t+1}ᵀ δ_{t+1},  J_t = ∂h_t/∂h_{t−1}",
            "reach = the largest lag k with ‖δ_{T−k}‖ / ‖δ_T‖ > 1 %",
        ),
        "Read it from right to left, the way the gradient goes. The level line is 1 % of the last "
        "timestep's norm, the upright one the furthest timestep above it. Faint lines are earlier "
        "steps of the run. A large panel shows the norm over all weights at every step below, and "
        "the threshold it is clipped at. Of several layers the last one has the line without a "
        "number, and the number of a layer below stands on its line; a large panel has their ∂L/∂c "
        "too, with • before the number (in ASCII a letter for it). The cursor "
        "({previous-timestep} {next-timestep}, or a click) reads out the norms at one timestep.",
        "A gentle slope: early timesteps still teach.",
        "A steep fall: vanishing; what lies further back is not learned from. Underflow: too "
        "small for the floats of the run. Overflow: it exploded.",
    ),
    Explanation(
        5,
        "Events",
        "What happened in the run, with the time of day: states, epochs, learning rates, best "
        "validation losses, clipping, underflow and overflow. And whatever a library printed or "
        "warned of meanwhile, which would have torn the screen. The same lines are in the log "
        "file; rnn-tui config tells where.",
        (),
        "The latest stands at the bottom. A large screen shows the log below the other panels.",
        "A few entries, then fewer: epochs and best losses come ever more rarely.",
        "Clipping in most of the steps: lower the learning rate. Warnings: read them.",
    ),
)
