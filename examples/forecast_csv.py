"""Forecast a column of a CSV file, and know whether the forecast is worth anything.

python forecast_csv.py                                   # monthly CO2, written to a file first
python forecast_csv.py sales.csv --column sales          # your own
python forecast_csv.py sales.csv --column sales --ahead 30 --level 0.8
"""

import argparse
import tempfile
from pathlib import Path

import rnn_tui
from rnn_tui.data.catalogue import load_dataset

parser = argparse.ArgumentParser(description="Forecast a column of a CSV file.")
parser.add_argument("file", nargs="?", type=Path, help="default: monthly CO2, made here")
parser.add_argument("--column")
parser.add_argument("--ahead", type=int, default=12, help="rows to forecast")
parser.add_argument("--level", type=float, default=0.9, help="share that the interval is to hold")
parser.add_argument("--steps", type=int, default=1_000)
options = parser.parse_args()

# 1. A file. Without one of your own: the bundled CO2 series, as somebody would have exported it.
if options.file is None:
    co2 = load_dataset("co2")
    options.file = Path(tempfile.mkdtemp()) / "co2.csv"
    rows = zip(co2.time.astype("datetime64[M]"), co2.values, strict=True)
    lines = "".join(f"{month},{value}\n" for month, value in rows)
    options.file.write_text(f"month,co2\n{lines}")

# 2. Train. Differences of logarithms take the trend away, seasonal ones the season; both are undone
#    in every number that comes out. Delimiter, header, dates and the column are found.
run = rnn_tui.fit(
    file=options.file,
    column=() if options.column is None else options.column,
    transform=("log", "diff", "seasonal-diff") if options.column is None else ("diff",),
    steps=options.steps,
)

# 3. The truth about it: the network beside forecasts that need none, on rows nobody trained on.
for name, rmse in sorted(run.rmse.items(), key=lambda item: item[1]):
    print(f"{name:16}{rmse:10.3g}")
print(run.verdict)

# 4. The forecast, with an interval whose width comes from past errors at the same distance.
ahead = run.ahead(options.ahead, level=options.level)
print(f"\n{ahead.time_name:12}{'forecast':>12}{'lower':>12}{'upper':>12}")
columns = [column for column in (ahead.predicted, ahead.lower, ahead.upper) if column is not None]
for row, time in enumerate(ahead.time):
    print(f"{str(time)[:10]:12}{''.join(f'{column[row]:12.5g}' for column in columns)}")

# 5. Take the model away; `rnn-tui --load-model` and `rnn_tui.load` read it.
model = options.file.with_suffix(".safetensors")
run.save(model)
print(f"\nThe model is in {model}.")
