/** Reading JSON that is only shown. */
export type Fields = Readonly<Record<string, unknown>>

export const list = (value: unknown): readonly Fields[] => (value ?? []) as readonly Fields[]
export const fields = (value: unknown): Fields => (value ?? {}) as Fields
