import { freePort } from '../../../local/taken-port.ts'
import type { Ways } from '../way.ts'

/** MLflow at an address where nothing listens: its reports wait for a later run. */
const mlflowAway = { env: { MLFLOW_TRACKING_URI: `http://127.0.0.1:${await freePort()}` } }

export const ways: Ways = {
  // More than the ninety days of CoinGecko, whose hours alone have gaps; fewer are quicker than two years.
  sections: { 'crypto-forecast': { history_days: 120 } },
  runs: [
    { outcome: 'complete', faulty: [] },
    { outcome: 'partial', faulty: ['coingecko'], worker: mlflowAway },
    { outcome: 'failed', faulty: ['binance', 'coingecko', 'fear-greed'] },
    { outcome: 'cancelled', faulty: ['binance'], cancel: true },
    // Partial, since the newest of what it has stored is old: nothing else is there.
    { outcome: 'partial', name: 'backfill', faulty: [], params: { from: '2025-01-01', to: '2025-01-02' } },
  ],
}
