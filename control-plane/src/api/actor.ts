/** Who asks, for the audit. The token proves the right, not the person. */
import { z } from 'zod'

export const actorSchema = z.string().min(1).max(100).default('operator')
