/**
 * A store that may forget anything at any time, and may be away.
 *
 * @module
 */
export interface CacheStore {
  /** Undefined: the store is away, and the caller goes on without it. Null: nothing there. */
  get(key: string): Promise<string | null | undefined>
  /** Never fails; what was not kept is read from the database again. */
  set(key: string, value: string): Promise<void>
  stop(): Promise<void>
}

/** Keeps nothing. */
export const noStore: CacheStore = {
  get: async () => undefined,
  set: async () => {},
  stop: async () => {},
}
