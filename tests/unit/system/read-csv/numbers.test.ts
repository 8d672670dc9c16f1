import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimalIn, isRounded, plainDecimal, wholeIn } from '../../../../system/read-csv/numbers.ts'

describe('a whole number', () => {
  it.each([
    ['31', 31],
    [' 31 ', 31],
    ['31.0', 31],
    ['31,00', 31],
    ['-7', -7],
    ['-0', 0],
    ['7.00000018E+08', 700_000_018],
    ['3E+00', 3],
    ['120e-1', 12],
    ['0.5e1', 5],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %j as %i', (text, number) => {
    expect(wholeIn(text)).toBe(number)
  })

  it.each([
    '',
    ' ',
    '.',
    '31.5',
    '1,234',
    '1.234',
    '1 234',
    '0x1f',
    '1e',
    'NaN',
    'Infinity',
    '9007199254740993',
    '125e-1',
    '1e-400',
    // A spreadsheet shows six digits, and its file holds no more.
    '7.0E+08',
    '1.23457E+08',
    '1e3',
  ])('refuses %j, which is none or not exact', (text) => {
    expect(wholeIn(text)).toBeUndefined()
  })

  it('is rounded if its last digits are missing', () => {
    expect(isRounded('7.0E+08')).toBe(true)
    expect(isRounded('7.00000018E+08')).toBe(false)
    expect(isRounded('many')).toBe(false)
  })

  it('is read as written in every form that pandas, Excel and databases give it', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(3), (number, zeros) => {
        const digits = String(Math.abs(number))
        const sign = number < 0 ? '-' : ''
        const scientific = `${sign}${digits[0]}.${digits.slice(1)}${'0'.repeat(zeros)}E+${digits.length - 1}`
        for (const text of [String(number), `${number}.${'0'.repeat(zeros)}`, scientific])
          expect(wholeIn(text)).toBe(number)
      }),
    )
  })
})

describe('a decimal number', () => {
  it.each([
    ['9.3e-06', '0.0000093'],
    ['9.35E-6', '0.00000935'],
    ['.5', '0.5'],
    ['7e3', '7000'],
    ['1000000.0', '1000000.0'],
    ['-1.25', '-1.25'],
    ['1,5', '1.5'],
  ])('writes %j out as %s', (text, plain) => {
    expect(plainDecimal(text, 'plain')).toBe(plain)
  })

  it('has a comma as decimal mark where the file says so, and none where it may separate thousands', () => {
    expect(decimalIn('1,875', 'continental')).toBe(1.875)
    expect(decimalIn('1,875', 'plain')).toBeUndefined()
    expect(decimalIn('104000,25', 'continental')).toBe(104_000.25)
    for (const text of ['1.234,5', '1,234.5', '1 234,5', '1,234,567'])
      expect(decimalIn(text, 'continental')).toBeUndefined()
  })

  it('is the same number in every form that JavaScript writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), fc.nat(20), (any, digits) => {
        const number = any + 0
        expect(decimalIn(String(number), 'plain')).toBe(number)
        expect(decimalIn(number.toExponential(), 'plain')).toBe(number)
        const rounded = number.toExponential(digits)
        expect(decimalIn(rounded.replace('.', ','), 'continental')).toBe(Number(rounded))
      }),
    )
  })

  it('is finite', () => {
    expect(decimalIn('1e999', 'plain')).toBeUndefined()
  })
})
