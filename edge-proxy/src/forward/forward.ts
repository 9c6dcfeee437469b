/**
 * Carrying one request to an upstream and its answer back: the seam behind which the engines stand.
 *
 * A forwarder streams both ways with back-pressure, never retries, and says exactly how far it got,
 * so that whoever decides can tell "not sent" (safe to send again) from "outcome unknown".
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Tunnel } from './tunnel.ts'

/** The head of an upstream's answer: end-to-end fields only, names and values in turn. */
export interface Head {
  readonly status: number
  readonly message: string
  readonly headers: readonly string[]
}

export interface Outgoing {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** `http://host:port` of the chosen replica. */
  readonly origin: string
  readonly method: string
  /** Canonical path and query. */
  readonly target: string
  /** What the upstream gets, names and values in turn, Host first. */
  readonly headers: readonly string[]
  /** False when the request has no content: the client's stream is not touched then. */
  readonly hasBody: boolean
  /** Most octets of content. One more fails the request with ContentTooLarge as its cause. */
  readonly maxBody: number
  /** Called once, just before the first octet of the content is wanted. */
  readonly onBodyWanted: () => void
  /**
   * Sees the final head before the client does. A promise holds the answer back until it settles;
   * the fields it gives replace those of the head. It never rejects.
   */
  readonly onHead: (head: Head) => readonly string[] | Promise<readonly string[]>
  /** A head that the client must not see: it fails the request with the error as its cause. */
  readonly refuses?: (head: Head) => Error | undefined
  /** Longest time to the final head, ms; absent: the forwarder's own limit. */
  readonly headMs?: number
  /** Sees the content as it passes by, and must not change or keep the octets it is given. */
  readonly onData?: (chunk: Buffer) => void
  /** Called once, when nothing more of the answer can come (it may still be on its way out). */
  readonly onUpstreamDone: () => void
}

/** The client's end of a connection that is to become a WebSocket. */
export interface Handshake {
  readonly socket: Socket
  /**
   * Takes the connection over, once the client was told that protocols are switched. Gives what came
   * right behind the handshake, which was nobody's before.
   */
  take(): Buffer
}

export type Outcome =
  /** The upstream has switched protocols, and the client knows: from here on there are frames. */
  | { readonly kind: 'switched'; readonly tunnel: Tunnel }
  /** The whole answer was handed to the client's connection. */
  | { readonly kind: 'done' }
  /** The client went away; the upstream's request was aborted. */
  | { readonly kind: 'left'; readonly sent: boolean }
  /** The upstream broke off inside its answer; the client's connection was cut to show it. */
  | { readonly kind: 'cut'; readonly cause: Error }
  /** No answer; nothing was written to the client yet. */
  | {
      readonly kind: 'failed'
      readonly sent: boolean
      readonly slow: boolean
      readonly cause: Error
    }

export interface EngineOptions {
  /** Longest time to an answer's head, ms. */
  readonly headMs: number
  /** Most connections to a replica. */
  readonly connections: number
  /** Longest silence of an upstream within an answer, ms; absent: five minutes. */
  readonly silenceMs?: number | undefined
  /** Authorities of https upstreams, PEM; absent: the usual ones. */
  readonly ca?: string | undefined
}

export interface Forwarder {
  /** Never rejects. */
  forward(outgoing: Outgoing): Promise<Outcome>
  close(): Promise<void>
}

export interface UpgradeForwarder {
  /** Never rejects. Any answer but the upstream's consent is an answer like others. */
  upgrade(outgoing: Outgoing, handshake: Handshake): Promise<Outcome>
}

/** A small question of the edge itself, such as an introspection. */
export interface Asker {
  /** @throws when no answer came in time */
  ask(
    origin: string,
    question: {
      readonly path: string
      readonly headers: readonly string[]
      readonly timeoutMs: number
    },
  ): Promise<{ readonly status: number; readonly text: string }>
}
