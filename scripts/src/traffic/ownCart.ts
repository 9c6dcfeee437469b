/**
 * A cart that only one session fills, as it must look when it is read back.
 *
 * @module
 */
import { Expectation } from './expectation.ts'

export interface CartLine {
  readonly bookId: number
  readonly quantity: number
}

/** The shop takes no more copies of one book into a cart. */
const mostOfOneBook = 99

const written = (lines: readonly CartLine[]): string =>
  lines
    .toSorted((a, b) => a.bookId - b.bookId)
    .map(({ bookId, quantity }) => `${bookId}×${quantity}`)
    .join(' ')

const read = (text: string): CartLine[] =>
  text === ''
    ? []
    : text.split(' ').map((line) => {
        const [bookId = 0, quantity = 0] = line.split('×').map(Number)
        return { bookId, quantity }
      })

export class OwnCart {
  #state = new Expectation('')

  /** What must stand in it; undefined while an unanswered write leaves that open. */
  get lines(): readonly CartLine[] | undefined {
    return this.#state.certain === undefined ? undefined : read(this.#state.certain)
  }

  /** The lines as one text, where they are certain. */
  get certain(): string | undefined {
    return this.#state.certain
  }

  allows(lines: readonly CartLine[]): boolean {
    return this.#state.allows(written(lines))
  }

  /** @param answered false: the change may have happened, or happen a little later */
  add(line: CartLine, answered: boolean): void {
    this.#change(answered, (lines) => {
      const before = lines.find(({ bookId }) => bookId === line.bookId)?.quantity ?? 0
      const quantity = Math.min(before + line.quantity, mostOfOneBook)
      return [...without(lines, [line.bookId]), { bookId: line.bookId, quantity }]
    })
  }

  set(line: CartLine, answered: boolean): void {
    this.#change(answered, (lines) => [...without(lines, [line.bookId]), line])
  }

  remove(bookIds: readonly number[], answered: boolean): void {
    this.#change(answered, (lines) => without(lines, bookIds))
  }

  clear(answered: boolean): void {
    if (answered) this.#state.become('')
    else this.#state.maybe('')
  }

  toString(): string {
    return `[${this.#state}]`
  }

  #change(answered: boolean, change: (lines: readonly CartLine[]) => readonly CartLine[]): void {
    const changed = this.#state.values.map((text) => written(change(read(text))))
    const next = answered ? changed : [...this.#state.values, ...changed]
    this.#state = Expectation.of(next)
  }
}

const without = (lines: readonly CartLine[], bookIds: readonly number[]): readonly CartLine[] =>
  lines.filter(({ bookId }) => !bookIds.includes(bookId))
