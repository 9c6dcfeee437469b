/**
 * A problem before it knows its line.
 *
 * @module
 */
export interface Finding {
  /** Dotted path in the document. */
  readonly path: string
  /** Subject, then the fact: `books.price: …`. */
  readonly message: string
  readonly remedy: string
}

export const finding = (path: string, message: string, remedy: string): Finding => ({
  path,
  message,
  remedy,
})
