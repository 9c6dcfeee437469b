/**
 * What Node's parser found wrong with a message, as the refusal that the client gets.
 *
 * Pure.
 *
 * @module
 */
import {
  AmbiguousRequest,
  type EdgeError,
  FieldsTooLarge,
  RequestTimeout,
  TargetTooLong,
} from '../errors.ts'
import type { GuardLimits } from './guard.ts'

export interface ParseError extends Error {
  readonly code?: string
  readonly reason?: string
  /** What was being read when it broke. */
  readonly rawPacket?: Buffer
}

const known: Readonly<Record<string, readonly [fact: string, rule: string, status?: number]>> = {
  HPE_INVALID_METHOD: ['request line does not begin with a method', 'RFC 9112 3.1'],
  HPE_INVALID_URL: ['character outside the request target grammar', 'RFC 9112 3.2'],
  HPE_INVALID_CONSTANT: ['request line is broken', 'RFC 9112 3'],
  HPE_INVALID_VERSION: ['HTTP version is not known', 'RFC 9112 2.3'],
  HPE_INVALID_HEADER_TOKEN: ['field line is broken', 'RFC 9112 5'],
  HPE_INVALID_CONTENT_LENGTH: ['Content-Length is not one number', 'RFC 9112 6.3'],
  HPE_UNEXPECTED_CONTENT_LENGTH: ['more than one message length', 'RFC 9112 6.3'],
  HPE_INVALID_TRANSFER_ENCODING: ['chunked is not the last coding', 'RFC 9112 6.3'],
  HPE_INVALID_CHUNK_SIZE: ['chunk size is broken', 'RFC 9112 7.1'],
  HPE_STRICT: ['chunk or line is not ended by CR LF', 'RFC 9112 2.2'],
  HPE_LF_EXPECTED: ['CR without LF', 'RFC 9112 2.2'],
  HPE_CR_EXPECTED: ['LF without CR', 'RFC 9112 2.2'],
  HPE_UNEXPECTED_SPACE: ['space where none may stand', 'RFC 9112 2.2'],
  HPE_CLOSED_CONNECTION: ['octets after a message that was to be the last', 'RFC 9112 9.6'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['chunk extensions are too long', 'RFC 9112 7.1.1', 413],
  HPE_INVALID_EOF_STATE: ['connection ended inside a message', 'RFC 9112 8'],
}

export function refusalOf(error: ParseError, limits: GuardLimits): EdgeError {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return new RequestTimeout()
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    // The parser counts the request line too; without an end of line it is all there was.
    const inTarget = error.rawPacket !== undefined && !error.rawPacket.includes(0x0a)
    return inTarget
      ? new TargetTooLong(limits.target)
      : new FieldsTooLarge(`${limits.fieldBytes} octets of fields`)
  }
  const [fact, rule, status] = known[error.code ?? ''] ?? ['message is broken', 'RFC 9112 2.2']
  return new AmbiguousRequest(fact, rule, status)
}
