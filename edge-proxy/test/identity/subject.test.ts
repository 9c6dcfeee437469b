import { expect } from 'chai'
import { Parents } from '../../src/identity/parent.ts'
import { cookieSubject, credentialsOf, sessionChange } from '../../src/identity/subject.ts'

describe('credentialsOf', () => {
  it('names a session by the hash of its cookie, and a bearer by that of its credential', () => {
    const { session, subjects } = credentialsOf(
      { cookie: 'theme=dark; sid=abc%20d', authorization: 'Bearer x' },
      'sid',
    )
    expect(session).to.equal('abc%20d')
    expect(subjects[0]).to.equal(cookieSubject('abc%20d'))
    expect(subjects[1]).to.match(/^b:[A-Za-z0-9_-]{43}$/)
    expect(subjects.join()).not.to.contain('abc')
  })

  it('finds nobody without the cookie, or with an empty one', () => {
    expect(credentialsOf({}, 'sid').subjects).to.deep.equal([])
    expect(credentialsOf({ cookie: 'sid=; xsid=1' }, 'sid').subjects).to.deep.equal([])
  })
})

describe('sessionChange', () => {
  it('sees another session, an ended one, and neither', () => {
    expect(sessionChange(['sid=new; Path=/; HttpOnly'], 'sid')).to.deep.equal({
      subject: cookieSubject('new'),
    })
    expect(sessionChange(['sid=; Max-Age=0'], 'sid')).to.deep.equal({ subject: null })
    const past = 'sid=old; Expires=Thu, 01 Jan 1970 00:00:00 GMT'
    expect(sessionChange([past], 'sid')).to.deep.equal({ subject: null })
    expect(sessionChange(['xsid=1', 'theme=dark'], 'sid')).to.equal(undefined)
  })
})

describe('Parents', () => {
  const ana = cookieSubject('ana')
  const parents = new Parents('shared secret')

  it('knows again, at any edge, whom a nested request is made for', () => {
    const sent = parents.tracestate('other=1', [ana])
    expect(sent).to.match(/^matapalo=.*,other=1$/)
    expect(new Parents('shared secret').subjects(sent)).to.deep.equal([ana])
    const two = [ana, `b:${ana.slice(2)}`]
    expect(parents.subjects(parents.tracestate(undefined, two))).to.deep.equal(two)
  })

  it('believes nothing that no edge has signed', () => {
    const sent = parents.tracestate(undefined, [ana]) as string
    expect(new Parents('another').subjects(sent)).to.deep.equal([])
    expect(parents.subjects(sent.replace('c_', 'b_'))).to.deep.equal([])
    expect(parents.subjects('matapalo=c_x.y')).to.deep.equal([])
    expect(parents.subjects('other=1')).to.deep.equal([])
  })

  it('replaces what a client put in our place', () => {
    const sent = parents.tracestate('matapalo=forged,other=1', [ana]) as string
    expect(sent.match(/matapalo=/g)?.length).to.equal(1)
    expect(parents.tracestate('matapalo=forged', [])).to.equal(undefined)
  })

  it('tell where a request came from, signed with the rest, also for nobody in particular', () => {
    for (const [subjects, address] of [
      [[], '203.0.113.7'],
      [[ana], '203.0.113.7'],
      [[ana, ana.replace('c:', 'b:')], '::ffff:203.0.113.7'],
      [[], '2001:db8::1'],
    ] as const) {
      const sent = parents.tracestate('other=1', subjects, address) as string
      expect(parents.of(sent)).to.deep.equal({ subjects, address })
      expect(sent).to.match(/^matapalo=[!-+\--<>-~]{1,256},other=1$/)
      const forged = sent.replace(address, '198.51.100.1')
      expect(parents.of(forged)).to.deep.equal({ subjects: [], address: undefined })
    }
    expect(parents.of(parents.tracestate(undefined, [ana])).address).to.equal(undefined)
    const named = parents.tracestate(undefined, [ana]) as string
    const mac = named.split('.').at(-1)
    expect(parents.of(`matapalo=a_1.2.3.4.${mac}`).address).to.equal(undefined)
  })
})
