/**
 * What a session may see when it reads back what only it writes. After an answered write exactly one
 * value is right; after an unanswered one, the old and the new.
 *
 * @module
 */
export class Expectation {
  #possible: Set<string>

  constructor(value: string) {
    this.#possible = new Set([value])
  }

  /** Any of these; at least one. */
  static of(values: readonly string[]): Expectation {
    const [first, ...more] = values
    if (first === undefined) throw new TypeError('nothing can be expected of no value')
    const one = new Expectation(first)
    for (const value of more) one.maybe(value)
    return one
  }

  get values(): readonly string[] {
    return [...this.#possible]
  }

  /** The write was acknowledged. */
  become(value: string): void {
    this.#possible = new Set([value])
  }

  /** The write was not answered: it may or may not have happened, now or a little later. */
  maybe(value: string): void {
    this.#possible.add(value)
  }

  /** An acknowledged change by `delta` of a whole number. */
  add(delta: number): void {
    this.#possible = new Set([...this.#possible].map((value) => String(Number(value) + delta)))
  }

  /** An unanswered change by `delta`. */
  maybeAdd(delta: number): void {
    for (const value of [...this.#possible]) this.#possible.add(String(Number(value) + delta))
  }

  allows(value: string): boolean {
    return this.#possible.has(value)
  }

  /** The one value, or undefined while there is more than one. */
  get certain(): string | undefined {
    return this.#possible.size === 1 ? [...this.#possible][0] : undefined
  }

  toString(): string {
    return [...this.#possible].join(' or ')
  }
}
