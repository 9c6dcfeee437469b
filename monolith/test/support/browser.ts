/** Somebody who looks at pages and sends forms, with the cookies they are given. */
export interface Seen {
  readonly status: number
  readonly location: string | null
  readonly html: string
}
export interface Browser {
  /** A form is sent by POST; without one the page is fetched. Redirects are not followed. */
  send(
    path: string,
    form?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Seen>
  /** What is sent as `Cookie`. */
  cookie(): string
}

export function browser(port: number): Browser {
  const jar = new Map<string, string>()
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    cookie,
    async send(path, form, headers = {}) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        redirect: 'manual',
        headers: { ...headers, cookie: cookie() },
        ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value === '') jar.delete(name)
        else jar.set(name, value)
      }
      return {
        status: response.status,
        location: response.headers.get('location'),
        html: await response.text(),
      }
    },
  }
}
