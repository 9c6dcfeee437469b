/**
 * A Chromium of the machine's own, with a profile that nobody keeps. The only file that knows
 * playwright.
 *
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

export type { BrowserContext, Locator, Page } from 'playwright-core'

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const chromiumIsInstalled = (): boolean => programs.some((one) => existsSync(one))

/** 390 × 844 at three pixels to the point, with a finger: a phone of today. */
const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 3,
  isMobile: true,
  hasTouch: true,
} as const

export interface Chromium {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** Null where no Chromium is installed. */
export async function openChromium(as: 'desktop' | 'phone' = 'desktop'): Promise<Chromium | null> {
  const executablePath = programs.find((one) => existsSync(one))
  if (executablePath === undefined) return null
  const profile = mkdtempSync(join(tmpdir(), 'matapalo-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    ...(as === 'phone' ? phone : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  return {
    context,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}
