// A portal with the demo, people who sign up over HTTP, and what a browser's scripts would ask for them.

let count = 0;

/** The first value of a form's field in a page. */
function field(html, name) {
  const found = new RegExp(`name="${name}" value="([^"]*)"`).exec(html);
  if (!found) throw new Error(`the page has no field ${name}`);
  return found[1];
}

/** Somebody at a portal: one browser's cookies. */
export class Person {
  #cookies = new Map();
  #asked = new Map();

  constructor(server) {
    this.server = server;
  }

  /** Signs a new business up for the first offer. */
  static async signUp(server) {
    const person = new Person(server);
    count += 1;
    const page = await person.text('/signup');
    const offer = field(page, 'offer');
    const question = `q-${offer.slice(-8)}`;
    const email = `vera-${process.pid}-${count}@alder.test`;
    await person.post('/signup', new URLSearchParams({
      form_token: field(page, 'form_token'),
      form_key: field(page, 'form_key'),
      offer,
      company: `Alder Bookkeeping ${count}`,
      name: 'Vera Lindqvist',
      email,
      bill_address: '3 River Walk\nPortland, OR 97201',
      bill_country: 'US',
      password: 'a long walk by the river',
      [`${question}-field`]: 'Bookkeeping',
      [`${question}-tone`]: 'Brief',
      terms: 'yes',
    }));
    await person.#confirm(email);
    return person;
  }

  /** Shows that the address is theirs, by the link in their mail: work starts then. */
  async #confirm(email) {
    for (let tries = 0; tries < 200; tries += 1) {
      const letters = (await this.text('/dev/outbox')).split('<details');
      const letter = letters.find((letter) => letter.includes(email) && letter.includes('/confirm/'));
      const path = /href="[^"]*(\/confirm\/[^"]+)"/.exec(letter ?? '')?.[1];
      if (path) {
        await this.post(path, new URLSearchParams({ form_token: field(await this.text(path), 'form_token') }));
        return;
      }
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`no mail asks ${email} to confirm`);
  }

  /** Asks for work; answers the id of its session. */
  async ask(title) {
    const page = await this.text('/portal/requests/new');
    const form = { form_token: field(page, 'form_token'), form_key: field(page, 'form_key') };
    const parts = new FormData();
    const asked = { ...form, title, brief: 'A letter, please.', priority: 'normal', do: 'ask' };
    Object.entries(asked).forEach(([name, value]) => parts.append(name, value));
    const path = await this.post('/portal/requests', parts);
    const request = await this.text(path);
    const found = /&quot;stream&quot;:&quot;([0-9a-f-]{36})&quot;/.exec(request);
    if (!found) throw new Error('the page names no session');
    return found[1];
  }

  /** As `fetch` from one of the portal's own pages. */
  fetch = async (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('origin', this.server.url);
    headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(new URL(path, this.server.url), { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      this.#cookies.set(name, value);
    }
    this.#asked.set(path, this.asked(path) + 1);
    return response;
  };

  /** How often a path has been answered. */
  asked = (path) => this.#asked.get(path) ?? 0;

  async json(path, init) {
    const response = await this.fetch(path, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** The words of agents, as the log has them. */
  async words(session) {
    const events = await this.json(`/v1/stream/${session}`);
    return events.filter((event) => event.type === 'text-delta').map((event) => event.delta).join('');
  }

  async text(path) {
    const response = await this.fetch(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.text();
  }

  async post(path, body) {
    const response = await this.fetch(path, { method: 'POST', body });
    if (response.status !== 303) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.headers.get('location');
  }
}
