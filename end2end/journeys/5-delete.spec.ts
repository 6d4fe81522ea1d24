import { newClient } from '../fixtures/client.ts';
import { newColleague } from '../fixtures/colleague.ts';
import { fits, sound } from '../fixtures/looks.ts';
import { alive } from '../fixtures/page.ts';
import { ask, line, send } from '../fixtures/request.ts';
import { expect, test } from '../fixtures/test.ts';

test('who wrote a comment deletes it, and whoever looks sees the mark at once', async ({ page, visit, request }) => {
  const vera = await newClient(page, 'One at a time');
  const other = await visit();
  await newColleague(page, other, request, vera);
  const path = await ask(page, { title: 'Too much said', later: true });
  await send(page, 'My card is 4111-1111.');
  await send(page, 'Call me instead.');
  await other.goto(path);
  await alive(other);
  const theirs = line(other).locator('.entry', { hasText: '4111-1111' });
  await expect(theirs).toBeVisible();
  await expect(theirs.getByText('Delete'), 'only its author may').toHaveCount(0);

  const own = line(page).locator('.entry', { hasText: '4111-1111' });
  await own.locator('summary', { hasText: 'Delete' }).click();
  await expect(own).toContainText('You can’t undo this.');
  await page.setViewportSize({ width: 360, height: 800 });
  await fits(page);
  await sound(page);
  await own.getByRole('button', { name: 'Delete comment' }).click();
  for (const reader of [page, other]) {
    await expect(line(reader).locator('.entry.note', { hasText: 'Vera Lindqvist deleted a comment' })).toBeVisible();
    await expect(line(reader)).not.toContainText('4111-1111');
    await expect(line(reader), 'what came after stays').toContainText('Call me instead.');
  }
  await other.reload();
  await expect(line(other)).toContainText('Vera Lindqvist deleted a comment');
  await expect(other.locator('body')).not.toContainText('4111-1111');
});
