import { newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { Gate } from '../fixtures/model/script.ts';
import { held } from '../fixtures/model/work.ts';
import { alive, toast } from '../fixtures/page.ts';
import { OLGA } from '../fixtures/people.ts';
import { ask, line } from '../fixtures/request.ts';
import { expect, test } from '../fixtures/test.ts';
import { status } from '../fixtures/watch.ts';

test.use({ scripted: true });

test('Today gathers what wants the operator, and follows', async ({ page, visit }) => {
  const desk = await visit(OLGA);
  await alive(desk);
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Today');
  await sound(desk);
  const client = await newClient(page, 'One at a time');
  const came = desk.getByRole('listitem').filter({ has: desk.getByRole('link', { name: client.company, exact: true }) });
  await expect(came).toContainText('One at a time · joined just now');
  await expect(desk.getByText(`${client.company} · $3,000`)).toBeVisible();
});

test('a failed run is tried again and an invoice marked paid from Today', async ({ page, visit }) => {
  const client = await newClient(page, 'One at a time');
  const desk = await visit(OLGA);
  const unpaid = desk.getByRole('listitem').filter({ hasText: `${client.company} · $3,000` });
  await unpaid.getByRole('button', { name: /Mark as paid: invoice \d+/ }).click();
  await expect(toast(desk)).toBeVisible();
  await expect(desk).toHaveURL('/desk');
  await expect(unpaid).toHaveCount(0);
});

test('a client’s page: what it asks for, what it told, what it holds; and back from the archive', async ({ page, visit }) => {
  const client = await newClient(page, 'One at a time');
  await ask(page, { title: 'Seen from the desk', later: true });
  const desk = await visit(OLGA);
  await desk.goto('/desk/clients');
  await sound(desk);
  await desk.getByRole('searchbox').fill(client.company);
  await desk.keyboard.press('Enter');
  await desk.getByRole('link', { name: client.company }).click();
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText(client.company);
  await expect(desk.getByRole('region', { name: 'Sign-up answers' })).toContainText('Bookkeeping for craftspeople');
  await sound(desk);
  await desk.getByRole('link', { name: 'Seen from the desk' }).click();
  await alive(desk);
  await expect(line(desk)).toContainText('Write a short letter');
  await sound(desk);
  // Who still pays is not put away.
  await desk.goBack();
  await expect(desk.getByRole('region', { name: 'Leaving' })).toContainText('once their subscription has ended');
  await desk.getByRole('button', { name: 'Cancel now…' }).click();
  await sound(desk);
  await desk.getByRole('dialog').getByRole('button', { name: 'Cancel subscription' }).click();
  await expect(toast(desk)).toHaveText('Subscription canceled.');
  await desk.getByRole('button', { name: 'Archive' }).click();
  await expect(toast(desk)).toContainText('Archived');
  // They still read what was done for them, and ask for nothing.
  await page.goto('/portal');
  await expect(page).toHaveURL('/portal');
  await expect(page.getByRole('link', { name: 'New request' })).toHaveCount(0);
  await desk.getByRole('button', { name: 'Restore' }).click();
  await expect(toast(desk)).toContainText('Restored');
});

test('a client who left is set to be erased, with all that comes of it said before, and kept after all', async ({ page, visit, watch }) => {
  watch.allow(status(422));
  const client = await newClient(page, 'One at a time');
  const desk = await visit(OLGA);
  await desk.goto('/desk/clients');
  await desk.getByRole('searchbox').fill(client.company);
  await desk.keyboard.press('Enter');
  await desk.getByRole('link', { name: client.company }).click();
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText(client.company);
  const address = desk.url();
  await expect(desk.getByRole('region', { name: 'Erase' })).toHaveCount(0);
  await desk.getByRole('button', { name: 'Cancel now…' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Cancel subscription' }).click();
  await expect(toast(desk)).toHaveText('Subscription canceled.');
  await desk.getByRole('button', { name: 'Archive' }).click();
  await expect(toast(desk)).toContainText('Archived');
  await desk.getByRole('link', { name: 'Erase this client…' }).click();
  await sound(desk);
  await expect(desk.getByRole('region', { name: 'What goes' })).toContainText('1 account');
  await expect(desk.getByRole('region', { name: 'What stays' })).toContainText('Backups made before that day');
  await expect(desk.getByRole('region', { name: 'When' })).toContainText('read and download until');
  // Not its name: what was typed stays, and nothing is set.
  const name = desk.getByLabel('Company’s name');
  await name.fill('Somebody else');
  await desk.getByRole('button', { name: 'Erase this client' }).click();
  await expect(name).toHaveValue('Somebody else');
  await expect(desk.getByRole('alert')).toContainText('isn’t the company’s name');
  await sound(desk);
  await name.fill(client.company);
  await desk.getByRole('button', { name: 'Erase this client' }).click();
  await expect(desk).toHaveURL(address);
  await expect(toast(desk)).toContainText('will be erased on');
  const erase = desk.getByRole('region', { name: 'Erase' });
  await expect(erase).toContainText('This client will be erased on');
  // Nobody brings back what is going to be erased.
  await expect(desk.getByRole('button', { name: 'Restore' })).toHaveCount(0);
  await sound(desk);
  await erase.getByRole('button', { name: 'Keep this client' }).click();
  await expect(toast(desk)).toContainText('Nothing was erased');
  await expect(erase.getByRole('link', { name: 'Erase this client…' })).toBeVisible();
  await expect(desk.getByRole('button', { name: 'Restore' })).toBeVisible();
});

test('agents: what each does now, and stopping it', async ({ page, visit, model }) => {
  const gate = new Gate();
  model.play('Stopped from the desk', held(gate, 'Never'));
  await newClient(page, 'One at a time');
  await ask(page, { title: 'Stopped from the desk' });
  await gate.reached;
  const desk = await visit(OLGA);
  await desk.goto('/desk/agents');
  await alive(desk);
  await expect(desk.getByRole('link', { name: 'Stopped from the desk' })).toBeVisible();
  await sound(desk);
  await desk.getByRole('button', { name: /^Stop .* on #\d+ Stopped from the desk/ }).click();
  await expect(line(page).locator('.stopped')).toContainText('Olga Prins stopped the work');
  await expect(desk.getByRole('link', { name: 'Stopped from the desk' })).toHaveCount(0);
  gate.open();
});

test('the other pages of the desk are sound', async ({ page, signIn }) => {
  await signIn(page, OLGA);
  for (const path of ['/desk/people', '/desk/settings', '/desk/requests', '/desk/clients/new', '/desk/agents/new', '/account']) {
    await page.goto(path);
    await sound(page);
  }
});
