/**
 * Copies that wait, and those under way: a few at a time, and no more in line than may be kept. What
 * finds the line full is dropped, so a slow candidate costs comparisons and never memory.
 *
 * @module
 */

export class Line {
  readonly #most: number
  readonly #atOnce: number
  readonly #waiting: (() => Promise<void>)[] = []
  #running = 0

  /** @param atOnce 0: nothing is ever taken */
  constructor({ most, atOnce }: { readonly most: number; readonly atOnce: number }) {
    this.#most = most
    this.#atOnce = atOnce
  }

  get waiting(): number {
    return this.#waiting.length
  }

  get running(): number {
    return this.#running
  }

  get full(): boolean {
    return this.#atOnce === 0 || this.#waiting.length >= this.#most
  }

  /** @param work never rejects. @returns false when the line is full */
  add(work: () => Promise<void>): boolean {
    if (this.full) return false
    this.#waiting.push(work)
    this.#next()
    return true
  }

  /** Forgets those that wait. */
  clear(): void {
    this.#waiting.length = 0
  }

  #next(): void {
    if (this.#running >= this.#atOnce) return
    const work = this.#waiting.shift()
    if (work === undefined) return
    this.#running += 1
    // Whatever the edge has to do for clients in this turn comes first.
    setImmediate(() => {
      void work().finally(() => {
        this.#running -= 1
        this.#next()
      })
    })
  }
}

/** Octets that all copies together may keep. */
export class Allowance {
  readonly #most: number
  #taken = 0

  constructor(most: number) {
    this.#most = most
  }

  get taken(): number {
    return this.#taken
  }

  take(octets: number): boolean {
    if (this.#taken + octets > this.#most) return false
    this.#taken += octets
    return true
  }

  give(octets: number): void {
    this.#taken -= octets
  }
}
