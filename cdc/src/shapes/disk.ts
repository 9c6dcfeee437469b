/**
 * Free space, where the server lets us know: MariaDB's `DISKS` plugin and the FILE privilege.
 *
 * @module
 */
import { type Db, serverErrorNumber } from '@matapalo/runtime'

/** ER_UNKNOWN_TABLE: the plugin is not installed. */
const noSuchTable = 1109

/** @returns bytes on the file system of the data directory; null: the server does not say */
export async function freeSpace(db: Pick<Db, 'query'>): Promise<number | null> {
  const [where] = await db.query('SELECT @@datadir AS path')
  const folder = String(where?.path ?? '')
  try {
    const rows = await db.query(
      'SELECT Path AS path, Available AS kib FROM information_schema.DISKS',
    )
    const holding = rows
      .filter(({ path }) => folder.startsWith(`${path}/`.replace('//', '/')))
      .sort((a, b) => String(b.path).length - String(a.path).length)
    return holding[0] === undefined ? null : Number(holding[0].kib) * 1024
  } catch (error) {
    if (serverErrorNumber(error) === noSuchTable) return null
    throw error
  }
}
