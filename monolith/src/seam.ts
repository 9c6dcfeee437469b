/**
 * Shows or changes the ways of the seam: node monolith/src/seam.ts [reservations] [api]
 *
 * A way is named by its word: `transaction` or `reservations` (how checkout takes stock), `sql` or
 * `api` (how the pages' forms write). The running shop reads the settings at each use. What has
 * begun ends the way it began. Exit codes: 0 done, 64 usage.
 *
 * @module
 */
import { openDatabase } from './database.ts'
import { type SettingName, setWay, type Way, wayOf, ways } from './settings.ts'

const names = Object.keys(ways) as SettingName[]
const settingOf = (word: string): SettingName | undefined =>
  names.find((name) => (ways[name] as readonly string[]).includes(word))

const wanted = process.argv.slice(2)
const url = process.env.DATABASE_URL
if (!url || !wanted.every((word) => settingOf(word))) {
  const words = names.map((name) => `[${ways[name].join('|')}]`).join(' ')
  process.stderr.write(`usage: DATABASE_URL=… node monolith/src/seam.ts ${words}\n`)
  process.exitCode = 64
} else {
  const db = openDatabase(url, process.env.SHOP_TIME_ZONE ?? 'America/Bogota', 1)
  try {
    for (const word of wanted) {
      const name = settingOf(word)
      if (name) await setWay(db, name, word as Way<typeof name>)
    }
    for (const name of names) process.stdout.write(`${name} = ${await wayOf(db, name)}\n`)
  } finally {
    await db.close()
  }
}
