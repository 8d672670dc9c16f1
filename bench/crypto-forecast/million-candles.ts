/** Candles in a number that no page holds, for the benchmark of the API. */
import type pg from 'pg'
import type { BigTable } from '../api.ts'

/** Years of hours: more rows are more coins. */
const HOURS = 20_000

export const millionCandles: BigTable = {
  address: '/api/data/crypto-forecast/candles',
  async fill(client: pg.Client, rows: number) {
    await client.query(
      `insert into candles (crypto, "timestamp", source, open, high, low, close, volume, observed_at, run_id)
      select 'coin-' || coin, timestamptz '2024-01-01Z' + hour * interval '1 hour', 'binance', price, price * 1.002,
        price * 0.998, price * (1 + 0.001 * sin(hour * 1.7 + coin)), 1e6 * (2 + sin(hour / 24.0)), now(), 'bench'
      from generate_series(1, $1::int) as coin, generate_series(0, $2::int - 1) as hour,
        lateral (select 1000 + 300 * sin(hour / 900.0 + coin) + 5 * sin(hour * 2.3) as price) as wave`,
      [rows / HOURS, HOURS],
    )
  },
}
