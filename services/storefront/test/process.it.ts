import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { fakeShop } from './fakeShop.ts'
import { shopAnswers } from './samples.ts'

describe('the process', function () {
  this.timeout(20_000)

  it('starts alone, finishes the answer under way when it is stopped, and exits 0', async () => {
    const shop = await fakeShop(
      shopAnswers((text) => text),
      false,
    )
    const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
    const env = {
      SHOP_URL: shop.url,
      FORM_SECRET: 'x'.repeat(32),
      PORT: '0',
      PATH: process.env.PATH,
    }
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { port, msg } = JSON.parse(line.toString().split('\n')[0] ?? '') as {
      port: number
      msg: string
    }
    expect(msg).to.equal('process.ready')

    shop.answers['GET /api/books/7'] = 'hang'
    const asked = fetch(`http://127.0.0.1:${port}/books/7`)
    while (!shop.asked.some(({ path }) => path === '/api/books/7')) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    shop.release('GET /api/books/7', shopAnswers((text) => text)['GET /api/books/7'] ?? 404)
    const response = await asked
    expect(response.status).to.equal(200)
    expect(await response.text()).to.include('</html>')
    expect((await gone)[0]).to.equal(0)
    await shop.stop()
  })
})
