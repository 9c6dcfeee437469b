/**
 * One holder at a time, across processes: a lock file that names its holder. A holder that died is
 * noticed by its process id, so nothing stays locked after a SIGKILL.
 *
 * Plain JavaScript because scripts/run.mjs uses it before Node 24 is there.
 *
 * @module
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A dead process that nobody has waited for yet counts as dead.
 *
 * @param {number} pid
 */
export const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return !/^State:\tZ/m.test(statusOf(pid))
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const statusOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

const holderOf = (path) => {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Moves a dead holder's file away; puts back a live one that was taken by mistake. */
const clear = (path, mine) => {
  const aside = `${mine}.dead`
  try {
    renameSync(path, aside)
    const holder = holderOf(aside)
    if (holder !== undefined && isAlive(holder)) linkSync(aside, path)
  } catch {
    // Another waiter was faster.
  }
  rmSync(aside, { force: true })
}

/**
 * @template T
 * @param {string} path the lock file
 * @param {() => Promise<T> | T} work
 * @param {() => void} [onWait] called once when somebody else holds it
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait) {
  mkdirSync(dirname(path), { recursive: true })
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  writeFileSync(mine, String(process.pid))
  let told = false
  try {
    for (;;) {
      try {
        linkSync(mine, path)
        break
      } catch (error) {
        if (error.code !== 'EEXIST') throw error
      }
      const holder = holderOf(path)
      if (holder !== undefined && !isAlive(holder)) {
        clear(path, mine)
        continue
      }
      if (!told) onWait?.()
      told = true
      await sleep(50)
    }
    try {
      return await work()
    } finally {
      rmSync(path, { force: true })
    }
  } finally {
    rmSync(mine, { force: true })
  }
}
