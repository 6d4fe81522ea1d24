import type { Page } from '@playwright/test';
import { newClient } from '../fixtures/client.ts';
import { ask } from '../fixtures/request.ts';
import { expect, open, test } from '../fixtures/test.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Lets a file go over an element, or pastes it there, as a browser tells the page of it. */
async function bring(page: Page, how: 'drop' | 'paste', onto: string, file: { name: string; type: string; base64: string }): Promise<boolean> {
  return page.locator(onto).evaluate(
    (element, { how, file }) => {
      const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], file.name, { type: file.type }));
      const event =
        how === 'drop'
          ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
          : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
      return !element.dispatchEvent(event);
    },
    { how, file },
  );
}

test('a picture that is pasted and a file that is let go beside the box come along', async ({ page }) => {
  await newClient(page);
  await open(page, '/portal/requests/new');
  await page.getByLabel('What do you need?').fill('Look at this');
  await page.getByLabel('Details', { exact: true }).fill('What is wrong here?');
  const files = page.getByRole('list', { name: 'Files' }).getByRole('listitem');
  expect(await bring(page, 'paste', '[name=brief]', { name: 'image.png', type: 'image/png', base64: PNG })).toBe(true);
  await expect(files.filter({ hasText: 'image.png' })).toContainText(/image|picture|png/i);
  expect(await bring(page, 'drop', 'h1', { name: 'notes.txt', type: 'text/plain', base64: btoa('Nine calls.') })).toBe(true);
  await expect(files.filter({ hasText: 'notes.txt' })).toContainText(/text/i);
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.waitForURL(/\/portal\/requests\/1$/);
  for (const name of ['image.png', 'notes.txt']) {
    await expect(page.getByRole('complementary').getByRole('link', { name })).toBeVisible();
  }
});

test('under a request they are added at once', async ({ page }) => {
  await newClient(page);
  await ask(page, { title: 'With pictures', later: true });
  expect(await bring(page, 'paste', '#say', { name: 'image.png', type: 'image/png', base64: PNG })).toBe(true);
  await expect(page.getByRole('complementary').getByRole('link', { name: 'image.png' })).toBeVisible();
  expect(await bring(page, 'drop', '#composer', { name: 'notes.txt', type: 'text/plain', base64: btoa('Nine calls.') })).toBe(true);
  await expect(page.getByRole('complementary').getByRole('link', { name: 'notes.txt' })).toBeVisible();
});
