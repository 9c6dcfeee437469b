import { expect } from 'chai'
import { outboxHistoryTopic, renderOutbox } from '../src/outbox.ts'

const { name, config } = renderOutbox({
  database: { host: 'db', port: 3306, user: 'feed', password: 'p$1' },
  kafkaBrokers: 'kafka:9092',
  tables: [
    { schema: 'orders', table: 'outbox' },
    { schema: 'sup.port', table: 'outbox' },
  ],
  topicPrefix: 'shop',
  headers: { type: 'eventType', request_id: 'x-request-id' },
})

describe('renderOutbox', () => {
  it('reads the outboxes of one server, each by its full name', () => {
    expect(name).to.equal('shop-outbox')
    expect(config['table.include.list']).to.equal('orders\\.outbox,sup\\.port\\.outbox')
    expect(config['database.include.list']).to.equal('orders,sup.port')
    expect(config['database.password']).to.equal('p$1')
  })

  it('leaves one placeholder, the router’s own, and sends columns beside the payload as headers', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the router's own
    const own = 'shop.${routedByValue}'
    expect(config['transforms.outbox.route.topic.replacement']).to.equal(own)
    expect(JSON.stringify(config).replace(own, '')).not.to.include('${')
    expect(config['transforms.outbox.table.fields.additional.placement']).to.equal(
      'type:header:eventType,request_id:header:x-request-id',
    )
  })

  it('loses nothing, doubles nothing and keeps texts as they were written', () => {
    expect(config).to.include({
      'exactly.once.support': 'required',
      'errors.max.retries': '-1',
      'event.processing.failure.handling.mode': 'fail',
      'transforms.outbox.table.expand.json.payload': 'false',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'schema.history.internal.kafka.topic': outboxHistoryTopic('shop'),
    })
  })

  it('differs from the feeds of a migration by its server id', () => {
    expect(config['database.server.id']).not.to.be.oneOf(['5401', '5402', '101', '102'])
  })
})
