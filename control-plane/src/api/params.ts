/** What stands in a path. */
import { z } from 'zod'

export const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a name of a domain, such as catalog')

export const idSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'expected a whole number from 1')
  .transform(Number)
