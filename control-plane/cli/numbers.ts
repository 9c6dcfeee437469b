/** Numbers on the command line. */
import { InvalidArgumentError } from './commander.ts'

/** For commander: a whole number between two limits, or a usage error that names them. */
export const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`)
  }

/** For commander: a share in percent, with at most two decimals. */
export function percent(text: string): number {
  const value = /^\d{1,3}(?:\.\d{1,2})?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN
  if (value >= 0 && value <= 100) return value
  throw new InvalidArgumentError('Expected a share from 0 to 100, in percent.')
}
