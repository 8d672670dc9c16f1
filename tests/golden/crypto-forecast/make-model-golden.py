"""Writes model-ridge.json: what scikit-learn makes of recorded daily candles, for tests/unit/crypto-forecast/model/golden.test.ts.

Run with the folder of recordings:  python make-model-golden.py ../../../../shared/recordings
Then `npx oxfmt` on it. Needs scikit-learn, pandas and numpy; their versions are stored beside the values.

The columns are simple trailing sums under the names of the model's features. They are added up in plain loops, in the same
order as in tests/unit/crypto-forecast/model/daily-table.ts, so that both sides see the same bits: what is compared is the
model, not the indicators.
"""

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import TimeSeriesSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

COLUMNS = (
    "price rsi macd macdSignal macdHistogram sma upperBand lowerBand adx stochRsi volume fibo23 fibo38 fibo50 fibo61 fibo78 "
    "volumeAvg7d changePercent sma7 fearGreed7d volumeAvg14d volumeAvg30d sma14 sma30 fearGreed14d fearGreed30d"
).split()
IMPUTED = [name for name in COLUMNS if name.startswith(("volume", "fearGreed", "changePercent"))]
REQUIRED = [name for name in COLUMNS if name not in IMPUTED]
FIBONACCI = {"fibo23": 0.236, "fibo38": 0.382, "fibo50": 0.5, "fibo61": 0.618, "fibo78": 0.786}
WARM_UP = 30
NAN = math.nan


def mean(values, row, size):
    """Of the known among the last `size` values; NaN of none."""
    total, count = 0.0, 0
    for value in values[max(0, row - size + 1) : row + 1]:
        if not math.isnan(value):
            total += value
            count += 1
    return total / count if count > 0 else NAN


def table(recordings, symbol, variant):
    path = recordings / f"prices/binance_klines12_{symbol}_1d_2024-07_2026-07.csv"
    candles = list(csv.DictReader(path.open()))
    index = {
        day["date"]: float(day["fear_greed_index"])
        for day in csv.DictReader((recordings / "fear-greed/fng_history_2018-02-01_2026-03-31.csv").open())
    }
    price = [float(candle["close"]) for candle in candles]
    volume = [
        NAN if variant == "holes" and row % 17 in (3, 4, 5) else float(candle["volume"])
        for row, candle in enumerate(candles)
    ]
    fear = [NAN if variant == "away" else index.get(candle["datetime"][:10], NAN) for candle in candles]
    columns = {name: [] for name in COLUMNS}
    for row in range(len(price)):
        add_row(columns, price, volume, fear, row)
    if variant == "away":
        columns["adx"] = [25.0 for _ in price]
    frame = pd.DataFrame(columns)
    frame.loc[: WARM_UP - 1, REQUIRED] = NAN
    # Days that are missing, so that "the next row" and "a day later" differ.
    return frame.assign(openMs=[int(candle["open_time"]) for candle in candles])[
        [row % 97 != 60 for row in range(len(price))]
    ].reset_index(drop=True)


def add_row(columns, price, volume, fear, row):
    def put(name, value):
        columns[name].append(value)

    gain, loss = 0.0, 0.0
    for at in range(max(1, row - 13), row + 1):
        change = price[at] - price[at - 1]
        gain += max(change, 0.0)
        loss += max(-change, 0.0)
    moved = gain + loss if gain + loss > 0 else 1.0
    window, month = price[max(0, row - 19) : row + 1], price[max(0, row - 29) : row + 1]
    low, high = min(month), max(month)
    put("price", price[row])
    put("rsi", gain / moved)
    put("macd", mean(price, row, 12) - mean(price, row, 26))
    put("macdSignal", mean(columns["macd"], row, 9))
    put("macdHistogram", columns["macd"][row] - columns["macdSignal"][row])
    put("sma", mean(price, row, 20))
    put("upperBand", max(window))
    put("lowerBand", min(window))
    put("adx", abs(gain - loss) / moved)
    put("stochRsi", (price[row] - low) / (high - low if high > low else 1.0))
    put("volume", volume[row])
    put("changePercent", (price[row] / price[max(0, row - 1)] - 1.0) * 100.0)
    for name, ratio in FIBONACCI.items():
        put(name, low + (high - low) * ratio)
    for days in (7, 14, 30):
        put(f"sma{days}", mean(price, row, days))
        put(f"volumeAvg{days}d", mean(volume, row, days))
        put(f"fearGreed{days}d", mean(fear, row, days))


def kept_columns(train):
    """The usual idiom on the upper triangle, after imputation; a column without any value is left out before."""
    present = [name for name in COLUMNS if train[name].notna().any()]
    filled = train[present].fillna(train[present].median())
    with np.errstate(all="ignore"):
        correlation = filled.corr().abs()
    upper = correlation.where(np.triu(np.ones(correlation.shape), k=1).astype(bool))
    return [name for name in present if not (upper[name] > 0.9).any()]


def fitted(train, target):
    kept = kept_columns(train)
    model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), Ridge(alpha=1.0))
    return kept, model.fit(train[kept], target)


def case(recordings, symbol, variant, horizon_days):
    frame = table(recordings, symbol, variant)
    at = dict(zip(frame["openMs"], frame["price"], strict=True))
    frame["target"] = [at.get(opened + horizon_days * 86_400_000, NAN) for opened in frame["openMs"]]
    usable = frame[frame[REQUIRED].notna().all(axis=1)]
    rows = usable[usable["target"].notna()].reset_index(drop=True)
    gap = horizon_days - 1
    cv = []
    for train, test in TimeSeriesSplit(n_splits=5, gap=gap).split(rows):
        kept, model = fitted(rows.iloc[train], rows["target"].iloc[train])
        cv.append(mean_absolute_error(rows["target"].iloc[test], model.predict(rows[kept].iloc[test])))
    train, test = train_test_split(rows, test_size=0.2, shuffle=False)
    train = train.iloc[: len(train) - gap]
    kept, model = fitted(train, train["target"])
    predicted = model.predict(test[kept])
    errors = np.abs(test["target"] - predicted)
    newest = usable.iloc[[-1]]
    imputer, scaler, ridge = (step for _, step in model.steps)
    return {
        "symbol": symbol,
        "variant": variant,
        "horizonDays": horizon_days,
        "newestOpenMs": int(newest["openMs"].iloc[0]),
        "rows": len(train),
        "testRows": len(test),
        "trainFromMs": int(train["openMs"].iloc[0]),
        "trainToMs": int(train["openMs"].iloc[-1]),
        "predicted": model.predict(newest[kept])[0],
        "radius": float(np.sort(errors)[math.ceil((len(errors) + 1) * 80 / 100) - 1]),
        "mae": float(errors.mean()),
        "naiveMae": float(np.abs(test["target"] - test["price"]).mean()),
        "maeCvMean": float(np.mean(cv)),
        "maeCvStd": float(np.std(cv)),
        "directionalAccuracy": float(
            (np.sign(test["target"] - test["price"]) == np.sign(predicted - test["price"])).mean()
        ),
        "features": kept,
        "medians": {name: value for name, value in zip(kept, imputer.statistics_, strict=True) if name in IMPUTED},
        "means": list(scaler.mean_),
        "scales": list(scaler.scale_),
        "coefficients": list(ridge.coef_),
        "intercept": float(ridge.intercept_),
        # Whether the other side built the same columns: sums over all rows in their order.
        "columnSums": {name: plain_sum(frame[name]) for name in COLUMNS},
    }


def plain_sum(values):
    total = 0.0
    for value in values:
        if not math.isnan(value):
            total += value
    return total


def main():
    recordings = Path(sys.argv[1])
    variants = {"BTCUSDT": "whole", "ETHUSDT": "holes", "BNBUSDT": "away"}
    golden = {
        "origin": "make-model-golden.py over shared/recordings/prices (Binance, daily) and fear-greed",
        "versions": {"scikit-learn": sklearn.__version__, "pandas": pd.__version__, "numpy": np.__version__},
        "cases": [
            case(recordings, symbol, variant, days) for symbol, variant in variants.items() for days in (1, 3)
        ],
    }
    Path(__file__).with_name("model-ridge.json").write_text(json.dumps(golden, indent=2) + "\n")


main()
