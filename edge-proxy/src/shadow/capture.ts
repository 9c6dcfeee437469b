/**
 * The answer that a client gets, kept as it passes by: its head, and its content as long as that is
 * small enough. It never slows the answer down, and what it keeps counts against one allowance.
 *
 * @module
 */
import type { Head } from '../forward/forward.ts'
import type { Allowance } from './line.ts'

/** Why a content is not there. */
export type NotKept = 'tooLarge' | 'memory'

export class Capture {
  readonly #allowance: Allowance
  readonly #most: number
  #head: Head | undefined
  #chunks: Buffer[] = []
  #kept = 0
  #notKept: NotKept | undefined

  /** @param most octets of one content */
  constructor(allowance: Allowance, most: number) {
    this.#allowance = allowance
    this.#most = most
  }

  get head(): Head | undefined {
    return this.#head
  }

  get notKept(): NotKept | undefined {
    return this.#notKept
  }

  onHead(head: Head): void {
    this.#head = head
  }

  readonly onData = (chunk: Buffer): void => {
    if (this.#notKept !== undefined) return
    const fits = this.#kept + chunk.length <= this.#most
    if (!fits || !this.#allowance.take(chunk.length)) {
      this.release()
      this.#notKept = fits ? 'memory' : 'tooLarge'
      return
    }
    this.#kept += chunk.length
    // The socket's own buffer is larger than what it brought; a copy keeps only that.
    this.#chunks.push(Buffer.from(chunk))
  }

  body(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  /** Gives everything back; safe to call more than once. */
  release(): void {
    this.#allowance.give(this.#kept)
    this.#kept = 0
    this.#chunks = []
  }
}
