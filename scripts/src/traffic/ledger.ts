/**
 * What the clients were told. Every write carries a reference of its own; an answered one must exist
 * exactly once in the owner's database, an unanswered one at most once.
 *
 * Comparing the two databases proves nothing here: a lost write is lost on both sides.
 *
 * @module
 */
export type WriteKind =
  | 'price'
  | 'create'
  | 'remove'
  | 'stock'
  | 'order'
  | 'status'
  | 'ticket'
  | 'message'
  | 'return'
  | 'complaint'
  | 'feedback'
  | 'account'
  | 'login'
  | 'logout'

/** `acknowledged`: must exist once; `unknown`: may; `refused`: must not. */
export type WriteFate = 'acknowledged' | 'unknown' | 'refused'

export interface Write {
  readonly reference: string
  readonly kind: WriteKind
  fate: WriteFate
  /** For catalogue writes: the book. */
  bookId?: number
  /** Expected rows: order lines for an order. */
  readonly lines?: number
  readonly price?: string
  /** Milliseconds since the run began. */
  readonly at: number
}

/**
 * What one session wrote last over what it wrote before, and so cannot be counted: the one value that
 * must stand in the owner's database.
 */
export interface LastState {
  readonly what: 'street' | 'mark' | 'cart'
  readonly userId: number
  readonly value: string
}

export class WriteLedger {
  readonly #writes: Write[] = []

  /** Opened before the request goes out, so that a crash of the client forgets nothing. */
  open(write: Omit<Write, 'fate'>): Write {
    const entry: Write = { ...write, fate: 'unknown' }
    this.#writes.push(entry)
    return entry
  }

  get writes(): readonly Write[] {
    return this.#writes
  }

  of(kind: WriteKind): readonly Write[] {
    return this.#writes.filter((write) => write.kind === kind)
  }
}
