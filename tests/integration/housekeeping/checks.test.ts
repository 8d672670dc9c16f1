/** What must hold of the rows of housekeeping. */
import { day, testChecks } from '../../support/planted-breaches.ts'

testChecks('housekeeping', {
  planted: {
    'table_sizes day-ahead': [{ day: day(-2) }],
    'table_sizes rows-range': [{ rows: -1 }],
    'table_sizes bytes-range': [{ bytes: -1 }],
    'disk_sizes day-ahead': [{ day: day(-2) }],
    'disk_sizes free': [{ free_bytes: 2, bytes: 1 }],
  },
})
