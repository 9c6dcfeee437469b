import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const promtool = (...args: readonly string[]) =>
  spawnSync('promtool', args, { cwd: join(root, 'deploy/prometheus'), encoding: 'utf8' })

/** As the sources declare them; an edge's are put together from two parts. */
function declaredMetrics(): ReadonlySet<string> {
  const names = new Set<string>()
  const files = globSync('{edge-proxy,control-plane,cdc,packages}/**/src/**/*.ts', { cwd: root })
  for (const file of files) {
    const text = read(file)
    const prefix = /const names = '(matapalo_\w+)'/.exec(text)?.[1] ?? ''
    for (const [, name = ''] of text.matchAll(/name: '(matapalo_\w+)'/g)) names.add(name)
    for (const [, name] of text.matchAll(/name: `\$\{names\}_(\w+)`/g))
      names.add(`${prefix}_${name}`)
    for (const [, name] of text.matchAll(/(?:perDomain|single|gauge)\(\s*'(\w+)'/g)) {
      names.add(`${prefix}_${name}`)
    }
  }
  return names
}

const rules = 'deploy/prometheus/alerts.yaml'
const dashboards = globSync('deploy/grafana/*.json', { cwd: root })

describe('deploy', () => {
  it('names no metric that no process tells', () => {
    const declared = declaredMetrics()
    for (const file of [rules, ...dashboards]) {
      const used = new Set(read(file).match(/matapalo_(?:edge|control|cdc)_\w+/g))
      expect(used.size, file).to.be.greaterThan(3)
      const unknown = [...used].filter(
        (name) => !declared.has(name) && !declared.has(name.replace(/_(?:bucket|sum|count)$/, '')),
      )
      expect(unknown, file).to.deep.equal([])
    }
  })

  it('has dashboards whose panels have a source, a place of their own, and a question', () => {
    for (const file of dashboards) {
      const { panels, uid } = JSON.parse(read(file)) as {
        readonly uid: string
        readonly panels: readonly {
          readonly id: number
          readonly type: string
          readonly gridPos: { readonly x: number; readonly y: number }
          readonly targets?: readonly { readonly expr: string }[]
        }[]
      }
      expect(uid, file).to.match(/^matapalo-/)
      expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length)
      const places = panels.map(({ gridPos: { x, y } }) => `${x}/${y}`)
      expect(new Set(places).size).to.equal(panels.length)
      for (const panel of panels) {
        if (panel.type !== 'row') expect(panel.targets?.length).to.be.greaterThan(0)
      }
    }
  })

  it('has alerts that end with a command, each with a test that fires it', () => {
    interface Rule {
      readonly alert: string
      readonly annotations: { readonly description: string }
    }
    const { groups } = parse(read(rules)) as { groups: readonly { rules: readonly Rule[] }[] }
    const tests = read('deploy/prometheus/alerts.test.yaml')
    for (const { alert, annotations } of groups.flatMap((group) => group.rules)) {
      expect(annotations.description, alert).to.match(/run: matapalo [a-z]+/)
      const fires = new RegExp(`alertname: ${alert}\\s+eval_time: \\w+\\s+exp_alerts:\\s+- `)
      expect(fires.test(tests), `${alert} has a test that fires it`).to.equal(true)
    }
  })

  it('has alert rules that promtool accepts, and that fire when they should', function () {
    const found = promtool('--version')
    if (found.error !== undefined) {
      process.stderr.write(
        '    promtool is not installed (apt-get install prometheus): not tried\n',
      )
      this.skip()
    }
    this.timeout(60_000)
    for (const args of [
      ['check', 'rules', 'alerts.yaml'],
      ['test', 'rules', 'alerts.test.yaml'],
    ]) {
      const { status, stdout, stderr } = promtool(...args)
      expect(status, `${stdout}${stderr}`).to.equal(0)
    }
  })
})
