/**
 * Decimal and fractional digits as text: no value passes through a double.
 *
 * @module
 */
import { Outside } from './lens.ts'

/** `-12.5` to `-12.50`. Digits beyond the scale must be zeros, unless they may be dropped. */
export function withScale(text: string, scale: number, drop = false): string {
  const parts = /^(-?)0*(\d+)(?:\.(\d*))?$/.exec(text)
  if (!parts) throw new Outside('MATAPALO_LENS_TYPE', 'is not a decimal number')
  const [, sign = '', whole = '', fraction = ''] = parts
  if (!drop && /[1-9]/.test(fraction.slice(scale))) {
    const fact = `has ${fraction.length} decimal digits, ${scale} fit`
    throw new Outside('MATAPALO_LENS_TYPE', fact)
  }
  const kept = fraction.slice(0, scale).padEnd(scale, '0')
  const digits = scale > 0 ? `${whole}.${kept}` : whole
  return /[1-9]/.test(digits) ? `${sign}${digits}` : digits
}

/** The fractional seconds of a DATETIME or TIME brought to a precision. */
export function withFraction(text: string, precision: number, drop = false): string {
  const dot = text.indexOf('.')
  const whole = dot < 0 ? text : text.slice(0, dot)
  const fraction = dot < 0 ? '' : text.slice(dot + 1)
  if (!drop && /[1-9]/.test(fraction.slice(precision))) {
    const fact = `has ${fraction.length} fractional digits of a second, ${precision} fit`
    throw new Outside('MATAPALO_LENS_TYPE', fact)
  }
  return precision > 0 ? `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}` : whole
}
