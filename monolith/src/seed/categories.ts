/** The shop's categories: ten shelves with six below each, one of them hidden. */
import type { Cells } from './people.ts'

export const categoryColumns = ['id', 'parent_id', 'name', 'slug', 'position', 'visible'] as const

const shelves = [
  'Novels',
  'Poesía',
  'History',
  'Naturaleza',
  'Наука',
  'Children 🧸',
  '漫画',
  'Kochen & Backen',
  'الفن',
  'Travel',
]
const below = ['Classics', 'Nuevos', 'Prize winners', 'Pocket', 'Large print', 'Audio']

export function categoryRows(): readonly Cells[] {
  const top = shelves.map((name, at) => [at + 1, null, name, `shelf-${at + 1}`, at, 'Y'] as const)
  const rest = shelves.flatMap((name, at) =>
    below.map(
      (kind, position) =>
        [
          shelves.length + at * below.length + position + 1,
          at + 1,
          `${name}: ${kind}`,
          `shelf-${at + 1}-${position + 1}`,
          position,
          at === 9 && position === 5 ? 'N' : 'Y',
        ] as const,
    ),
  )
  return [...top, ...rest]
}
