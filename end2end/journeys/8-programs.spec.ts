import { accessible, sound } from '../fixtures/looks.ts';
import { toast } from '../fixtures/page.ts';
import { OLGA } from '../fixtures/people.ts';
import { expect, test } from '../fixtures/test.ts';
import { status } from '../fixtures/watch.ts';

test('what the work costs stands by month, with a price for each model and limits that can be set', async ({ page, signIn, watch }) => {
  watch.allow(status(422));
  await signIn(page, OLGA);
  await page.goto('/desk/billing');
  await page.getByRole('link', { name: 'Costs and margin' }).click();
  await sound(page);
  await expect(page.locator('dt', { hasText: /^Cost of work$/ })).toBeVisible();

  const limit = page.getByLabel('Monthly limit for Willow Realty, in dollars');
  await limit.fill('lots');
  await page.getByRole('button', { name: 'Set the limit for Willow Realty' }).click();
  await expect(limit).toHaveAttribute('aria-invalid', 'true');
  await expect(limit).toHaveValue('lots');
  await sound(page);
  await limit.fill('250');
  await limit.press('Enter');
  await expect(toast(page)).toContainText('Limit saved');
  await expect(limit).toHaveValue('250');
  await limit.fill('');
  await limit.press('Enter');
  await expect(toast(page)).toContainText('Limit removed');

  await page.getByRole('link', { name: 'Model prices' }).click();
  await sound(page);
  const model = `gauge-${test.info().project.name}`;
  await page.getByLabel('Model', { exact: true }).fill(model);
  await page.getByLabel('Output, per million tokens').fill('4');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await expect(page.getByRole('alert')).toBeVisible();
  await accessible(page);
  await page.getByLabel('Input, per million tokens', { exact: true }).fill('0.25');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await expect(toast(page)).toContainText('Price saved for');
  await expect(page.getByRole('row', { name: model })).toContainText('$0.25');
  await page.getByRole('button', { name: `Remove ${model}` }).click();
  await expect(page.getByRole('row', { name: model })).toHaveCount(0);
});

test('a token is shown once, and taken back', async ({ page, signIn }) => {
  await signIn(page, OLGA);
  await page.goto('/desk/tokens');
  await sound(page);
  await page.getByRole('link', { name: 'New token' }).click();
  await sound(page);
  const name = `Atlas on ${test.info().project.name}`;
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create token' }).click();
  const text = (await page.locator('.code-block code').first().textContent()) ?? '';
  expect(text).toMatch(/^tl_[\w-]{43}$/);
  await sound(page);

  const call = () => page.request.get('/v1/requests', { headers: { authorization: `Bearer ${text}` } });
  expect((await call()).status()).toBe(200);
  await page.getByRole('link', { name: 'I’ve saved it' }).click();
  const row = page.getByRole('listitem').filter({ hasText: name });
  await expect(row).toContainText('last used');
  expect(await page.content()).not.toContain(text);
  await page.getByRole('button', { name: `Revoke ${name}` }).click();
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke token' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: name })).toContainText('revoked');
  expect((await call()).status()).toBe(401);
});

test('the pages for programs are sound', async ({ page, signIn }) => {
  await signIn(page, OLGA);
  for (const path of ['/desk/audit', '/desk/webhooks', '/desk/webhooks/new', '/desk/agents/new', '/docs/api']) {
    await page.goto(path);
    await sound(page);
  }
});
