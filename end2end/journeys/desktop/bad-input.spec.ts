import type { Page } from '@playwright/test';

import { fillSignUp, newClient, stranger } from '../../fixtures/client.ts';
import { alive } from '../../fixtures/page.ts';
import { OLGA } from '../../fixtures/people.ts';
import { ask, line, send } from '../../fixtures/request.ts';
import { enter, expect, open, test } from '../../fixtures/test.ts';
import { status } from '../../fixtures/watch.ts';

const SCRIPT = '<script>window.taken = 1</script><img src=x onerror="window.taken = 1">';

const HOSTILE = `${SCRIPT}
[click](javascript:window.taken=1) [data](data:text/html,<script>window.taken=1</script>)
<iframe srcdoc="<script>parent.taken=1</script>"></iframe> <svg onload="window.taken=1"></svg>
<a href="https://example.com" onclick="window.taken=1">a</a> <style>body{display:none}</style>
![x](x" onerror="window.taken=1)
<form action="https://evil.example"><input name="password"></form>`;

/** Nothing ran, and nothing that could run stands in the page. */
async function untouched(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'taken' in window)).toBe(false);
  const live = page.locator('main').locator('script, iframe, object, embed, style, [onerror], [onclick], [onload], [href^="javascript:" i], [href^="data:" i]');
  await expect(live).toHaveCount(0);
  await expect(page.locator('form[action*="evil"]')).toHaveCount(0);
}

test('hostile Markdown is shown and never run', async ({ page }) => {
  await newClient(page);
  await open(page, '/portal/requests/new');
  await page.getByLabel('What do you need?').fill(SCRIPT);
  await page.getByLabel('Details', { exact: true }).fill(HOSTILE);
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByRole('region', { name: 'Preview' })).toContainText('click');
  await untouched(page);
  await page.getByRole('button', { name: 'Save to Backlog' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);
  await alive(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(SCRIPT);
  await send(page, HOSTILE);
  await expect(line(page).locator('.entry.said').last()).toContainText('javascript:window.taken=1');
  await untouched(page);
  await page.goto('/portal/requests');
  await untouched(page);
});

test('a name that is a script is refused beside its field, and a title that is one is a title', async ({ page, visit, watch }) => {
  watch.allow(status(422));
  const who = stranger('Bobby');
  await fillSignUp(page, { ...who, company: `Bobby ${SCRIPT}`, name: SCRIPT }, 'One at a time');
  await page.getByRole('button', { name: 'Sign up' }).click();
  for (const [label, typed] of [['Company', `Bobby ${SCRIPT}`], ['Your name', SCRIPT]] as const) {
    await expect(page.getByLabel(label)).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel(label)).toHaveValue(typed);
  }
  await untouched(page);
  await page.getByLabel('Company').fill(who.company);
  await page.getByLabel('Your name').fill(who.name);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.waitForURL('**/signup/welcome');
  await ask(page, { title: '"><script>window.taken = 1</script>', later: true });
  await untouched(page);
  const desk = await visit(OLGA);
  for (const path of ['/desk', '/desk/board', '/desk/clients']) {
    await desk.goto(path);
    await untouched(desk);
  }
});

test('far too long is said, and nothing is lost', async ({ page, watch }) => {
  watch.allow(status(413), status(422));
  await newClient(page);
  await open(page, '/portal/requests/new');
  const long = 'word '.repeat(60_000);
  await page.getByLabel('What do you need?').fill('Long');
  await page.getByLabel('Details', { exact: true }).fill(long);
  await page.getByRole('button', { name: 'Send request' }).click();
  await expect(page.getByText(/50,?000|shorter|shorten|too much/i).first()).toBeVisible();
  await expect(page.getByLabel('What do you need?')).toHaveValue('Long');
  expect((await page.getByLabel('Details', { exact: true }).inputValue()).length).toBeGreaterThan(290_000);
});

test('zero bytes, broken forms and foreign forms are refused calmly', async ({ page }) => {
  await newClient(page);
  const path = await ask(page, { title: 'Steady', later: true });
  const token = await page.locator('input[name=form_token]').first().inputValue();
  const post = (url: string, form: Record<string, string>, headers = {}) =>
    page.request.post(url, { form, headers: { origin: new URL(page.url()).origin, ...headers }, maxRedirects: 0 });

  expect((await post(`${path}/comments`, { form_token: token, text: 'a\0b' })).status()).toBeLessThan(500);
  expect((await post(`${path}/comments`, { form_token: 'forged', text: 'x' })).status()).toBe(403);
  expect((await post(`${path}/comments`, { text: 'x' })).status()).toBe(403);
  expect((await post(`${path}/comments`, { form_token: token, text: 'x' }, { origin: 'https://evil.example' })).status()).toBe(403);
  const raw = await page.request.post(`${path}/comments`, {
    headers: { 'content-type': 'multipart/form-data; boundary=nothing', origin: new URL(page.url()).origin },
    data: Buffer.from([0, 255, 13, 10, 1]),
  });
  expect(raw.status()).toBeGreaterThanOrEqual(400);
  expect(raw.status()).toBeLessThan(500);
  await page.reload();
  await expect(line(page)).not.toContainText('forged');
});

test('addresses that mean nothing lead nowhere', async ({ page }) => {
  await newClient(page);
  for (const path of [
    '/portal/requests/0',
    '/portal/requests/-1',
    '/portal/requests/99999999999999999999999',
    '/portal/requests/%00',
    '/portal/requests/1%2F..%2F..%2Fdesk',
    '/files/..%2F..%2Fetc%2Fpasswd',
    '/files/fil_nothing',
    '/portal/billing/x',
    '/invitations/x',
    '/reset/%ff%fe',
  ]) {
    const answer = await page.request.get(path);
    expect(answer.status(), path).toBeGreaterThanOrEqual(400);
    expect(answer.status(), path).toBeLessThan(500);
    expect(await answer.text(), path).not.toMatch(/panicked|sqlx|axum|error returned/i);
  }
});

test('a strange cookie is somebody who is not signed in', async ({ page, context, server }) => {
  for (const value of ['x', 'A'.repeat(4000), '%00%ff', "' OR 1=1 --", '../../etc']) {
    await context.clearCookies();
    await context.addCookies(['sign_in', 'form', 'note'].map((name) => ({ name, value: encodeURIComponent(value), url: server.url })));
    await page.goto('/portal');
    await expect(page).toHaveURL(/\/sign-in/);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  }
  await context.clearCookies();
  await enter(page, OLGA);
});

test('rubbish on the socket ends that socket alone', async ({ page, watch }) => {
  watch.allow(/WebSocket/);
  await newClient(page);
  const path = await ask(page, { title: 'Undisturbed', later: true });
  const ends = await page.evaluate(async () => {
    const frames = [
      'rubbish',
      '{"follow":{"stream":"00000000-0000-0000-0000-000000000000","from":"0"}}',
      '{"follow":{"stream":"no uuid","from":"-1"}}',
      '[]',
      '{"unfollow":42}',
      '{'.repeat(5000),
      'x'.repeat(20_000),
    ];
    const speak = (frame: string | Uint8Array<ArrayBuffer>) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/live`);
        const heard: string[] = [];
        socket.onopen = () => socket.send(frame);
        socket.onmessage = (event) => {
          heard.push(String(event.data));
          socket.close();
        };
        socket.onclose = (event) => resolve(`${event.code} ${heard.join(' ')}`);
      });
    return Promise.all([...frames, new Uint8Array([0, 1, 2, 255])].map(speak));
  });
  expect(ends.join('\n')).not.toMatch(/panic|serde|expected/i);
  // The page's own is well.
  await send(page, 'Still here.');
  await expect(line(page)).toContainText('Still here.');
  await expect(page.getByText('You’re offline')).toHaveCount(0);
  await page.goto(path);
});

test('signing in is limited, and says until when', async ({ page, watch }) => {
  watch.allow(status(422), status(429));
  await page.goto('/sign-in');
  // Ten in a quarter of an hour, by the clock: twenty and one more pass any border between two of them.
  const alert = page.getByRole('alert');
  for (let attempt = 0; attempt < 22; attempt += 1) {
    await page.getByLabel('Email', { exact: true }).fill('somebody@guess.test');
    await page.getByLabel('Password').fill(`guess ${attempt}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(alert).toBeVisible();
    if (/minute|wait/i.test(await alert.innerText())) break;
  }
  await expect(alert).toContainText(/minute|wait/i);
});
