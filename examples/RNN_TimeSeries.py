"""Forecast a time series with a recurrent network that remembers, and one that remembers longer.

A recurrent net feeds its hidden state back into itself: that is its memory. A plain RNN forgets,
because the gradient that should teach it about the past shrinks at every timestep on its way back.
An LSTM guards its memory with three gates. Here both learn to predict next year's sunspots from
the years before, and have to beat the naive forecast: "next year will be like this year".

    python RNN_TimeSeries.py                          # the sunspots, 1700-1987
    python RNN_TimeSeries.py --dataset mackey-glass   # a chaotic series, generated
    python RNN_TimeSeries.py --steps 100              # less training
"""

import argparse
import sys

import plotext

import rnn_tui

parser = argparse.ArgumentParser(description="Train an RNN and an LSTM on the same series.")
parser.add_argument("--dataset", default="sunspots")
parser.add_argument("--steps", type=int, default=600)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()

# 1. Train both networks: same series, same windows, same seed. The last part of the series, the
#    test part, is never shown to them; the part before it chooses the weights that are kept.
runs = {}
for cell in ("rnn", "lstm"):
    print(f"Training the {cell.upper()} (the first time, its kernels are compiled) ...", flush=True)
    runs[cell.upper()] = rnn_tui.fit(
        dataset=options.dataset, cell=cell, hidden_size=32, steps=options.steps, seed=options.seed
    )

# 2. Compare them with the forecasts that need no network (RMSE on the test part, lower is better).
errors = {name: run.rmse["model"] for name, run in runs.items()}
baselines = {name: e for name, e in runs["LSTM"].rmse.items() if name != "model"}
naive = baselines["naive"]
print(f"\n{'forecast':16}{'RMSE':>10}{'better than naive by':>24}")
for name, rmse in sorted((errors | baselines).items(), key=lambda item: item[1]):
    print(f"{name:16}{rmse:10.3g}{1 - rmse / naive:24.0%}")

# 3. What did the training do? The loss at its first and last step, and which step was kept: the
#    one with the lowest loss on the validation part, before the network learned by heart.
for name, run in runs.items():
    loss = run.history.loss.value
    print(
        f"{name}: training loss {loss[0]:.3f} -> {loss[-1]:.3f}, best at step {run.ended.best_step}"
    )

# 4. Draw the test part: the truth as a line, what the better network foresaw as dots.
best = min(errors, key=lambda name: errors[name])
forecast = runs[best].forecast
test = slice(forecast.test_start, None)
time = forecast.time[test].astype(float).tolist()
figure = plotext.figure
figure.theme("simple")  # colours the lines alone: whatever the terminal's background is, stays
figure.plot_size(78, 18)
figure.title(f"{forecast.name}, test part: actual (line) and {best}, one step ahead (dots)")
figure.draw(figure.signal(time, forecast.actual[test].tolist(), marker="braille").lines(True))
figure.draw(figure.signal(time, forecast.predicted[test].tolist(), marker="dot"))
figure.show(colorless=not sys.stdout.isatty())
