/** When a trouble is told again. */
import { expect, it } from 'vitest'
import { isSameTrouble } from '../../../core/log-records.ts'

it('the same trouble with another time or process is told once, another trouble again', () => {
  const attempt = (second: number, process: number) =>
    `PostgreSQL ended; its log says:\n2026-03-10 10:00:${second} UTC [${process}] FATAL: address already in use`
  expect(isSameTrouble(attempt(11, 4711), attempt(12, 98))).toBe(true)
  expect(isSameTrouble(attempt(11, 4711), 'The disk is full.')).toBe(false)
  expect(isSameTrouble(undefined, 'The disk is full.')).toBe(false)
})
