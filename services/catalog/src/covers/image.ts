/**
 * What counts as a cover: a JPEG, PNG or WebP image whose first octets say the same as its content
 * type. Nothing that a browser could run (SVG, HTML) is taken.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { ApiError } from '@bookshop/kit/errors'

export interface CoverImage {
  readonly type: string
  /** Hexadecimal. */
  readonly sha256: string
  readonly octets: Buffer
}

/** 2097152: two mebibytes. */
export const mostOctets = 2 * 1024 * 1024

const starts = (octets: Buffer, at: number, sign: string): boolean =>
  octets.subarray(at, at + sign.length).equals(Buffer.from(sign, 'latin1'))

/** Signatures: RFC 2083 §3.1; ITU-T T.81 annex B; RFC 9649 §2.4. */
const signatures: ReadonlyMap<string, (octets: Buffer) => boolean> = new Map([
  ['image/jpeg', (octets) => starts(octets, 0, '\xff\xd8\xff')],
  ['image/png', (octets) => starts(octets, 0, '\x89PNG\r\n\x1a\n') && starts(octets, 12, 'IHDR')],
  ['image/webp', (octets) => starts(octets, 0, 'RIFF') && starts(octets, 8, 'WEBPVP8')],
])

export const coverTypes: readonly string[] = [...signatures.keys()]

/** `image/png; charset=x` counts as `image/png`; '' when there is none. */
export const typeOf = (header: string | undefined): string =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

const refuse = (status: number, code: string, message: string): ApiError =>
  new ApiError(status, code, message, { details: { accepts: coverTypes } })

export const tooLarge = (): ApiError =>
  new ApiError(413, 'payload_too_large', `A cover has at most ${mostOctets} octets`)

/** Errors: 415 `unsupported_media_type`, 400 `invalid_image`. */
export function readImage(type: string, octets: unknown): CoverImage {
  const isOfType = signatures.get(type)
  if (isOfType === undefined) {
    throw refuse(415, 'unsupported_media_type', `A cover is one of ${coverTypes.join(', ')}`)
  }
  if (!Buffer.isBuffer(octets) || octets.length === 0) {
    throw refuse(400, 'invalid_image', 'The request has no content')
  }
  if (!isOfType(octets)) throw refuse(400, 'invalid_image', `The content is no ${type}`)
  return { type, sha256: createHash('sha256').update(octets).digest('hex'), octets }
}
