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
