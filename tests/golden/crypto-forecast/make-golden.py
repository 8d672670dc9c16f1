"""Makes the golden values of indicators and features: `python make-golden.py RECORDINGS` (the folder shared/recordings).

pandas.*.json    the original's formulas (pandas), with windows of days where ours are windows of days
talib.*.json     TA-Lib on the same candles
Needs pandas, numpy and TA-Lib; their versions are stored in each file. Only some rows are stored, all columns of each.
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import talib

HERE = Path(__file__).parent
RECORDINGS = Path(sys.argv[1])
# Around every warm-up's end, then spread over the rest.
FIRST_ROWS = [0, 1, 12, 13, 14, 15, 18, 19, 20, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34, 40]
SPREAD_ROWS = 130
MIN_COVERAGE = 0.9


def candles(name):
    rows = json.loads((RECORDINGS / f"binance/klines_{name}.json").read_text())
    frame = pd.DataFrame([r[:6] for r in rows], columns=["ms", "open", "high", "low", "close", "volume"])
    frame[["open", "high", "low", "close", "volume"]] = frame[["open", "high", "low", "close", "volume"]].astype(float)
    frame.index = pd.to_datetime(frame["ms"], unit="ms")
    return frame


def index_by_day():
    table = pd.read_csv(RECORDINGS / "fear-greed/fng_history_2018-02-01_2026-03-31.csv")
    return pd.Series(table["fear_greed_index"].astype(float).values, index=pd.to_datetime(table["date"])).sort_index()


def document_formulas(close, volume):
    """The original's own expressions (its min_periods=1 of the RSI left out: rows with fewer than 14 changes are unknown)."""
    out = {}
    change = close.diff()
    gain, loss = change.clip(lower=0), (-change).clip(lower=0)
    average_gain, average_loss = gain.rolling(14).mean(), loss.rolling(14).mean()
    rsi = 100 - 100 / (1 + average_gain / (average_loss + 1e-10))
    least, greatest = rsi.rolling(14).min(), rsi.rolling(14).max()
    sma, std = close.rolling(20).mean(), close.rolling(20).std()
    ema12, ema26 = close.ewm(span=12, adjust=False).mean(), close.ewm(span=26, adjust=False).mean()
    macd = ema12 - ema26
    signal = macd.ewm(span=9, adjust=False).mean()
    dx = (average_gain - average_loss).abs() / (average_gain + average_loss + 1e-10) * 100
    place = np.arange(len(close))
    out["rsi"] = rsi
    out["stochRsi"] = (rsi - least) / (greatest - least + 1e-10) * 100
    out["sma"], out["upperBand"], out["lowerBand"] = sma, sma + 2 * std, sma - 2 * std
    out["ema"] = close.ewm(span=20, adjust=False).mean().where(place >= 19)
    out["macd"] = macd.where(place >= 25)
    out["macdSignal"] = signal.where(place >= 33)
    out["macdHistogram"] = (macd - signal).where(place >= 33)
    out["adxClose"] = dx.rolling(14).mean()
    out["priceChange"], out["gain"], out["loss"] = change, gain, loss
    out["rsiMin"], out["rsiMax"], out["std"] = least, greatest, std
    out["ema12"], out["ema26"] = ema12.where(place >= 11), ema26.where(place >= 25)
    out["posDi"], out["negDi"], out["dx"] = average_gain, average_loss, dx
    out["volumeAvg"] = volume.rolling(14).mean()
    return out


def day_windows(close, volume, step):
    """Windows (t - N days, t]; unknown until the series reaches back and where fewer than 90 % of the steps are there."""
    out = {}

    def known(days):
        span = pd.Timedelta(days=days)
        count = close.rolling(span).count()
        return (close.index >= close.index[0] + span - step) & (count >= MIN_COVERAGE * (span / step))

    for days in (7, 14, 30):
        out[f"volumeAvg{days}d"] = volume.rolling(f"{days}D").mean().where(known(days))
        out[f"sma{days}"] = close.rolling(f"{days}D").mean().where(known(days))
    low, high = close.rolling("30D").min().where(known(30)), close.rolling("30D").max().where(known(30))
    for name, ratio in {"fibo23": 0.236, "fibo38": 0.382, "fibo50": 0.5, "fibo61": 0.618, "fibo78": 0.786}.items():
        out[name] = low + (high - low) * ratio
    before = pd.Series(close.reindex(close.index - pd.Timedelta(days=1)).values, index=close.index)
    out["changePercent"] = (close / before - 1) * 100
    return out


def fear_and_greed(index, value):
    days = pd.date_range(value.index[0], max(index[-1].normalize(), value.index[-1]))
    daily = value.reindex(days)
    of_day = index.normalize()
    out = {"fearGreed": pd.Series(daily.reindex(of_day).values, index=index)}
    for days in (7, 14, 30):
        mean = daily.rolling(days, min_periods=-(-days // 2)).mean()
        out[f"fearGreed{days}d"] = pd.Series(mean.reindex(of_day).values, index=index)
    return out


def talib_columns(frame):
    high, low, close = (frame[c].to_numpy() for c in ("high", "low", "close"))
    macd, signal, histogram = talib.MACD(close, 12, 26, 9)
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2)
    stochastic, _ = talib.STOCHRSI(close, 14, 14, 1)
    return {
        "rsiWilder": talib.RSI(close, 14),
        "adx": talib.ADX(high, low, close, 14),
        "stochRsiWilder": stochastic,
        "macd": macd,
        "macdSignal": signal,
        "macdHistogram": histogram,
        "sma": middle,
        "upperBandOfPopulation": upper,
        "lowerBandOfPopulation": lower,
    }


def store(name, origin, source, columns, dropped=None):
    length = len(next(iter(columns.values())))
    spread = np.linspace(max(FIRST_ROWS) + 1, length - 1, SPREAD_ROWS).astype(int).tolist()
    rows = sorted(set(FIRST_ROWS + spread))
    value = lambda number: None if np.isnan(number) else float(number)
    content = {
        "origin": origin,
        "versions": {"python": platform.python_version(), "pandas": pd.__version__, "numpy": np.__version__}
        | ({"TA-Lib": talib.__version__, "ta-lib C": talib.__ta_version__.decode().split()[0]} if "TA-Lib" in origin else {}),
        "input": f"binance/klines_{source}.json",
        **({"dropped": dropped} if dropped else {}),
        "length": length,
        "rows": rows,
        "columns": {key: [value(np.asarray(column)[row]) for row in rows] for key, column in columns.items()},
    }
    lines = json.dumps(content, allow_nan=False)
    (HERE / f"{name}.json").write_text(lines.replace('], "', '],\n"').replace('"columns": {', '"columns": {\n') + "\n")


def pandas_columns(frame, step):
    close, volume = frame["close"], frame["volume"]
    return (
        document_formulas(close, volume)
        | day_windows(close, volume, step)
        | fear_and_greed(frame.index, index_by_day())
    )


FORMULAS = "pandas: the original's formulas (originals.md B.3), windows of days by time; made by make-golden.py"
WITH_HOLES = {"every": 13, "offset": 5, "from": 2000, "to": 2120}
for source, step in {"BTCUSDT_1h": pd.Timedelta(hours=1), "BTCUSDT_1d": pd.Timedelta(days=1)}.items():
    frame = candles(source)
    store(f"pandas.{source}", FORMULAS, source, pandas_columns(frame, step))
    store(f"talib.{source}", "TA-Lib; made by make-golden.py", source, talib_columns(frame))

frame = candles("BTCUSDT_1h")
place = np.arange(len(frame))
kept = (place % WITH_HOLES["every"] != WITH_HOLES["offset"]) & ((place < WITH_HOLES["from"]) | (place >= WITH_HOLES["to"]))
frame = frame[kept]
columns = day_windows(frame["close"], frame["volume"], pd.Timedelta(hours=1))
store("pandas.BTCUSDT_1h.holes", FORMULAS, "BTCUSDT_1h", columns, WITH_HOLES)
