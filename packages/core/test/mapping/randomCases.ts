/**
 * Random values for lenses whose edges are many. The seed is fixed, so a failure comes back.
 *
 * @module
 */
import fc from 'fast-check'
import type { LensCase } from './cases.ts'

const two = (value: number) => String(value).padStart(2, '0')

/** Local times with whole seconds, 1970 to 2099. */
export const localTimes: fc.Arbitrary<string> = fc
  .date({
    min: new Date('1970-01-02T00:00:00Z'),
    max: new Date('2099-12-30T00:00:00Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().slice(0, 19).replace('T', ' '))

/** Within three hours of the usual changes of clocks. */
const nearChanges: fc.Arbitrary<string> = fc
  .tuple(
    fc.integer({ min: 1975, max: 2095 }),
    fc.constantFrom('03', '04', '10', '11'),
    fc.integer({ min: 1, max: 31 }),
    fc.integer({ min: 0, max: 4 * 3600 - 1 }),
  )
  .filter(([, month, day]) => !(day === 31 && (month === '04' || month === '11')))
  .map(([year, month, day, second]) => {
    const clock = [second / 3600, (second / 60) % 60, second % 60].map((part) =>
      two(Math.floor(part)),
    )
    return `${year}-${month}-${two(day)} ${clock.join(':')}`
  })

/** DECIMAL(18,4) in canonical text. */
export const amounts: fc.Arbitrary<string> = fc
  .bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n })
  .map((amount) => {
    const digits = String(amount < 0n ? -amount : amount).padStart(5, '0')
    return `${amount < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
  })

/** JSON in several spellings: with white space, and with other members' order. */
export const jsonTexts: fc.Arbitrary<string> = fc
  .tuple(fc.json({ maxDepth: 4 }), fc.constantFrom(0, 1, 4))
  .map(([text, indent]) => JSON.stringify(JSON.parse(text), null, indent))

const texts = fc.string({ unit: 'grapheme', maxLength: 40 })

const sample = (values: fc.Arbitrary<string>, count = 400): readonly string[] =>
  fc.sample(values, { numRuns: count, seed: 42 })

type RandomCase = Omit<LensCase, 'fits' | 'name'> & {
  readonly name: string
  readonly values: readonly string[]
}

const instant = (zone: string, lossy: boolean): RandomCase => ({
  name: zone,
  source: 'DATETIME',
  target: 'DATETIME',
  rule: { instant: zone, ...(lossy ? { lossy: 'for the test' } : {}) },
  values: [...sample(localTimes), ...sample(nearChanges)],
})

const all: readonly RandomCase[] = [
  instant('America/Bogota', false),
  instant('Asia/Kolkata', false),
  instant('America/New_York', true),
  instant('Europe/Madrid', true),
  instant('Australia/Lord_Howe', true),
  {
    name: 'amounts',
    source: 'DECIMAL(18,4)',
    target: 'BIGINT',
    rule: { minorUnits: 4 },
    values: sample(amounts),
  },
  {
    name: 'amounts that lose digits',
    source: 'DECIMAL(18,4)',
    target: 'BIGINT',
    rule: { minorUnits: 2, lossy: 'for the test' },
    values: sample(amounts),
  },
  {
    name: 'JSON',
    source: 'LONGTEXT',
    target: 'JSON',
    rule: { json: true },
    values: sample(jsonTexts),
  },
  { name: 'text', source: 'TEXT', target: 'LONGTEXT', rule: {}, values: sample(texts) },
]

export const randomCases = all.map((lens) => ({ name: lens.name, lens }))
