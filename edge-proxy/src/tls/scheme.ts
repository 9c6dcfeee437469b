/**
 * How a client reached this edge.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'

/** A socket of TLS says so; a message of a test may have none. */
export const schemeOf = (message: Partial<Pick<IncomingMessage, 'socket'>>): 'http' | 'https' =>
  message.socket !== undefined && 'encrypted' in message.socket ? 'https' : 'http'
