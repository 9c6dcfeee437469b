/**
 * What becomes of a handshake at its upstream: consent (101), any other answer, or none.
 *
 * The engine would tell the client itself, at once and with every field of the upstream's. So it
 * gets a stand-in for the client's socket, and these listeners, which come before its own, answer by
 * the way of all answers. A stand-in that is gone makes it leave an answer alone.
 *
 * @module
 */
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Outcome, Outgoing } from './forward.ts'
import { answerFields } from './headers.ts'
import type { Tunnel } from './tunnel.ts'

export interface HandshakeJob {
  readonly outgoing: Outgoing
  readonly settle: (outcome: Outcome) => void
  /** Longest time to the head of the answer, ms. */
  readonly limitMs: number
  /** There is a connection: from here on it may have been sent. */
  readonly onSent: () => void
  readonly onAnswer: (answer: IncomingMessage) => void
}

export function followHandshake(proxyReq: ClientRequest, tunnel: Tunnel, job: HandshakeJob): void {
  let sent = false
  const onSent = (): void => {
    sent = true
    job.onSent()
  }
  const fail = (cause: Error, slow: boolean): void => {
    job.settle({ kind: 'failed', sent, slow, cause })
    tunnel.destroy()
  }
  const late = setTimeout(() => fail(new Error('no answer to the handshake'), true), job.limitMs)
  proxyReq.once('close', () => clearTimeout(late))
  proxyReq.once('socket', (socket) => {
    if (!socket.connecting) onSent()
    else socket.once(isTls(socket) ? 'secureConnect' : 'connect', onSent)
  })
  proxyReq.once('response', (answer) => {
    clearTimeout(late)
    tunnel.destroy()
    job.onAnswer(answer)
  })
  proxyReq.once('upgrade', (answer, upstream) => {
    clearTimeout(late)
    bindEnds(tunnel, upstream)
    if (answer.headers.upgrade?.toLowerCase() !== 'websocket') {
      fail(new Error('the upstream changed to another protocol'), false)
      return
    }
    const { res, onHead } = job.outgoing
    const tell = (fields: readonly string[]): void => {
      if (res.destroyed || tunnel.destroyed) return
      res.writeHead(101, 'Switching Protocols', [
        ...fields,
        ...['connection', 'upgrade', 'upgrade', 'websocket'],
      ])
      res.flushHeaders()
      tunnel.accepted()
      job.settle({ kind: 'switched', tunnel })
    }
    const headers = answerFields(answer.rawHeaders)
    const verdict = onHead({ status: 101, message: 'Switching Protocols', headers })
    if (verdict instanceof Promise) void verdict.then(tell)
    else tell(verdict)
  })
}

const isTls = (socket: Socket): boolean => (socket as Partial<TLSSocket>).encrypted === true

/**
 * The two ends go together: a pipe passes on an `end`, but not that the other side is gone, and would
 * leave the upstream with a connection that nobody holds.
 */
function bindEnds(tunnel: Tunnel, upstream: Socket): void {
  upstream.once('close', () => {
    // What it sent last may still be on its way.
    if (tunnel.writableFinished) tunnel.destroy()
    else tunnel.once('finish', () => tunnel.destroy()).end()
  })
  tunnel.once('close', () => upstream.destroy())
}
