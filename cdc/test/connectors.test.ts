import { createServer } from 'node:http'
import { expect } from 'chai'
import { connectClient, renderConnector } from '../src/connectors.ts'

const render = () =>
  renderConnector({
    side: 'monolith',
    database: { host: 'db', port: 3306, user: 'feed', password: 'p$1' },
    kafkaBrokers: 'kafka:9092',
    domains: [
      { domain: 'catalog', schema: 'bookshop', tables: ['books', 'price.list'] },
      { domain: 'orders', schema: 'bookshop', tables: ['orders'] },
    ],
  })

describe('renderConnector', () => {
  it('leaves no placeholder and takes values as they are', () => {
    const { name, config } = render()
    expect(name).to.equal('matapalo-monolith')
    expect(JSON.stringify(config)).not.to.include('${')
    expect(config['database.password']).to.equal('p$1')
  })

  it('captures the tables, the markers and the signal table', () => {
    expect(render().config['table.include.list']).to.equal(
      'bookshop\\.books,bookshop\\.price\\.list,matapalo\\.marker_catalog,bookshop\\.orders,' +
        'matapalo\\.marker_orders,matapalo\\.debezium_signal',
    )
  })

  it("routes each domain's tables and marker to the domain's topic, and nothing else", () => {
    const { config } = render()
    expect(config.transforms).to.equal('domain0,domain1')
    const catalog = new RegExp(`^(?:${config['transforms.domain0.topic.regex']})$`)
    expect('mp-monolith.bookshop.books').to.match(catalog)
    expect('mp-monolith.matapalo.marker_catalog').to.match(catalog)
    expect('mp-monolith.bookshop.orders').not.to.match(catalog)
    expect('mp-monolith.bookshop.books_old').not.to.match(catalog)
    expect(config['transforms.domain0.topic.replacement']).to.equal('matapalo.monolith.catalog')
  })

  it('routes a table whose name begins with that of another one to the same topic', () => {
    const { config } = renderConnector({
      side: 'service',
      database: { host: 'db', port: 3306, user: 'feed', password: 'p' },
      kafkaBrokers: 'kafka:9092',
      domains: [{ domain: 'orders', schema: 'orders', tables: ['cart', 'cart_item'] }],
    })
    // As the router does: it matches the whole name, then replaces the first find.
    const find = new RegExp(config['transforms.domain0.topic.regex'] ?? '')
    const topic = config['transforms.domain0.topic.replacement'] ?? ''
    expect('mp-services.orders.cart_item'.replace(find, topic)).to.equal(topic)
    expect('mp-services.orders.cart'.replace(find, topic)).to.equal(topic)
  })

  it('forces the settings whose defaults lose data', () => {
    expect(render().config).to.include({
      'exactly.once.support': 'required',
      'snapshot.mode': 'no_data',
      'event.converting.failure.handling.mode': 'fail',
      'inconsistent.schema.handling.mode': 'fail',
      'skipped.operations': 'none',
      'decimal.handling.mode': 'string',
      'bigint.unsigned.handling.mode': 'precise',
      'time.precision.mode': 'adaptive_time_microseconds',
      'enable.time.adjuster': 'false',
    })
  })
})

describe('the place of a connector', () => {
  it('is unknown when Connect cannot read its offsets now, and that is said soon', async function () {
    this.timeout(10_000)
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    try {
      const address = silent.address()
      if (address === null || typeof address === 'string') throw new Error('no port')
      const connect = connectClient(`http://127.0.0.1:${address.port}`)
      const begun = performance.now()
      expect(await connect.place('matapalo-service')).to.equal('unknown')
      expect(performance.now() - begun).to.be.lessThan(5_000)
    } finally {
      silent.closeAllConnections()
      silent.close()
    }
  })
})
