/**
 * Moments as this service's own tables hold them: UTC text with milliseconds, since claims and waits
 * are shorter than a second.
 *
 * @module
 */
export const utcMillis = (date: Date): string => date.toISOString().slice(0, 23).replace('T', ' ')

export const later = (date: Date, ms: number): string => utcMillis(new Date(date.getTime() + ms))

/** Milliseconds since the epoch of UTC text, with or without a fraction. */
export const momentOf = (utc: string): number => Date.parse(`${utc.replace(' ', 'T')}Z`)
