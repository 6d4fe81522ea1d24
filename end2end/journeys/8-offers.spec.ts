import { newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { toast } from '../fixtures/page.ts';
import { OLGA } from '../fixtures/people.ts';
import { expect, test } from '../fixtures/test.ts';
import { status } from '../fixtures/watch.ts';

test('an offer is written, previewed, published, changed and archived; what was sold stays as sold', async ({ page, signIn, visit, watch }) => {
  watch.allow(status(422));
  const name = `Evenings ${process.pid}-${test.info().project.name}`;
  await signIn(page, OLGA);
  await page.goto('/desk/offers');
  await sound(page);
  await page.getByRole('link', { name: 'New offer' }).click();
  await sound(page);

  await expect(page.getByLabel('Once the first invoice is paid')).toBeChecked();
  // What is missing is said, and nothing typed is lost.
  await page.getByLabel('Summary').fill('For those who write at night.');
  await page.getByRole('button', { name: 'Save', exact: true }).filter({ visible: true }).last().click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Summary')).toHaveValue(/For those who write at night\./);
  await sound(page);

  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Who it’s for').fill('night owls');
  await page.getByLabel('Price', { exact: true }).fill('1,250');
  await page.getByRole('button', { name: 'Add question' }).click();
  await page.getByRole('group', { name: 'Question 1' }).getByLabel('Question', { exact: true }).fill('When do you write?');
  await page.getByRole('group', { name: 'Question 1' }).getByLabel('Required').check();
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  const preview = page.getByRole('complementary', { name: 'Preview' });
  await expect(preview).toContainText(name);
  await expect(preview).toContainText('$1,250');
  // A price that is none is not shown as another one.
  await page.getByLabel('Price', { exact: true }).fill('1.49,50');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await expect(preview).toContainText('—/month');
  await expect(preview).not.toContainText('$0');
  await page.getByLabel('Price', { exact: true }).fill('1,250');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await expect(preview).toContainText('$1,250');
  await expect(preview).toContainText('When do you write?');
  await sound(page);
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await expect(toast(page)).toContainText('Saved as a draft');

  const buyer = await visit();
  await buyer.goto('/');
  await expect(buyer.getByText(name)).toHaveCount(0);
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(toast(page)).toHaveText('Published to your storefront.');
  await buyer.reload();
  await expect(buyer.getByRole('link', { name: `Choose ${name}` })).toBeVisible();

  await page.getByLabel('Price', { exact: true }).fill('1,400');
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await expect(toast(page)).toContainText('Existing subscriptions keep their original terms.');
  await buyer.reload();
  await expect(buyer.getByText('$1,400').first()).toBeVisible();
  await page.getByRole('button', { name: 'Archive' }).click();
  await expect(toast(page)).toContainText('Archived.');
  await buyer.reload();
  await expect(buyer.getByText(name)).toHaveCount(0);
});

test('a client who bought keeps the price of that day', async ({ page, visit }) => {
  const desk = await visit(OLGA);
  const name = `Fixed ${process.pid}-${test.info().project.name}`;
  await desk.goto('/desk/offers');
  await desk.getByRole('link', { name: 'One at a time', exact: true }).first().click();
  await desk.getByRole('button', { name: 'Duplicate' }).click();
  await desk.getByLabel('Name', { exact: true }).fill(name);
  await desk.getByLabel('Price', { exact: true }).fill('700');
  await desk.getByRole('button', { name: 'Save', exact: true }).last().click();
  await desk.getByRole('button', { name: 'Publish' }).click();
  await newClient(page, name);
  await desk.getByLabel('Price', { exact: true }).fill('900');
  await desk.getByRole('button', { name: 'Save', exact: true }).last().click();
  await expect(toast(desk)).toContainText('Saved.');
  await page.goto('/portal/billing');
  await expect(page.getByText('$700').first()).toBeVisible();
  await expect(page.getByText('$900')).toHaveCount(0);
  await desk.getByRole('button', { name: 'Archive' }).click();
  await expect(toast(desk)).toContainText('Archived.');
});
