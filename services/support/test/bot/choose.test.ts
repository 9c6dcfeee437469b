import { expect } from 'chai'
import { readBotBook, shippedBotBook } from '../../src/bot/book.ts'
import { chooseTopic } from '../../src/bot/choose.ts'

const { topics } = shippedBotBook()

const questions: readonly (readonly [question: string, topic: string | null])[] = [
  ['Where is my order?', 'order_status'],
  ['WHERE IS MY ORDER', 'order_status'],
  ['has my package been sent yet', 'order_status'],
  ['¿Dónde está mi pedido?', 'order_status'],
  ['tracking 12345', 'order_status'],
  ['Can I return a book?', 'return_policy'],
  ['I want a refund', 'return_policy'],
  ['Quiero una devolución', 'return_policy'],
  ['When are you open?', 'opening_hours'],
  ['opening hours', 'opening_hours'],
  ['¿A qué hora abren?', 'opening_hours'],
  ['What does shipping cost', 'shipping'],
  ['How can I pay?', 'payment'],
  ['a person please, where is my order', 'person'],
  ['Quiero hablar con un asesor', 'person'],
  ['Do you like Borges?', null],
  ['orderly', null],
  ['', null],
  ['???', null],
  ["'; DROP TABLE ticket; --", null],
  ['x'.repeat(2000), null],
]

describe('chooseTopic', () => {
  for (const [question, topic] of questions) {
    it(`${JSON.stringify(question.slice(0, 40))} is about ${topic ?? 'nothing it knows'}`, () => {
      expect(chooseTopic(topics, question)?.topic ?? null).to.equal(topic)
    })
  }

  it('understands each topic’s own example', () => {
    for (const { topic, example } of topics) {
      expect(chooseTopic(topics, example)?.topic, example).to.equal(topic)
    }
  })
})

describe('readBotBook', () => {
  it('tells every mistake with its place', () => {
    const yaml = `
shop: { hours: { monday: ["19:00", "09:00"], noday: ["1", "2"] }, daysOff: [x], returnDays: y }
topics: [{ topic: A, phrases: [], answer: "" }, { topic: b, phrases: [c], answer: d, data: weather }]`
    expect(() => readBotBook(yaml)).to.throw(
      /hours\.monday[\s\S]*hours\.noday[\s\S]*daysOff[\s\S]*returnDays[\s\S]*topics\.A[\s\S]*topics\.b/,
    )
  })
})
