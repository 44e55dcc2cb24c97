#!/bin/sh
# A night's work in a script: train, compare, keep the model, forecast, and act on the verdict.
#
#     sh batch.sh                       # results in a folder for temporary files
#     sh batch.sh results 5000          # a folder, and optimisation steps
set -eu
folder=${1:-$(mktemp -d)}
steps=${2:-1000}
rnn_tui=${RNN_TUI:-rnn-tui}   # RNN_TUI='python -m rnn_tui' where it is not on the PATH
mkdir -p "$folder"

# 1. Train, without a screen: progress to standard error, the events as JSON Lines into a file.
#    The exit code says how it went, so that `set -e` ends the script where it went wrong.
$rnn_tui --batch --json --dataset nile --hidden 16 --steps "$steps" --seed 0 \
  --save-model "$folder/nile.safetensors" --output "$folder/forecasts.csv" > "$folder/run.jsonl"

# 2. The last event has the verdict.
tail -n 1 "$folder/run.jsonl" | sed 's/.*"verdict": "\([^"]*\)".*/\1/'

# 3. The forecasts, one row a year; the last is in the future.
tail -n 3 "$folder/forecasts.csv"

# 4. Go on from the model another day: its settings are in it.
$rnn_tui --batch --dataset nile --load-model "$folder/nile.safetensors" --steps "$steps" --seed 1 \
  2> "$folder/progress.txt" | tail -n 1

# 5. Compare cells and seeds; the table has mean and deviation of each.
$rnn_tui --batch --dataset nile --hidden 8 --steps "$steps" --cell rnn --cell lstm --seed 0..2 \
  2>> "$folder/progress.txt"
