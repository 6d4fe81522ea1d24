import { ROSA } from '../fixtures/people.ts';
import { expect, open, test } from '../fixtures/test.ts';

/** What script and wasm of a page may weigh on the wire, in bytes. */
const MOST = 100 * 1024;

test('script and wasm of the request page weigh at most 100 KB on the wire', async ({ page, signIn, server }) => {
  await signIn(page, ROSA);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  const paths = new Map<string, string>();
  const bytes = new Map<string, number>();
  devtools.on('Network.responseReceived', ({ requestId, response }) => {
    const path = new URL(response.url).pathname;
    if (/\.(js|wasm)$/.test(path)) paths.set(requestId, path);
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = paths.get(requestId);
    if (path) bytes.set(path, encodedDataLength);
  });
  await page.goto(`${server.url}/portal/requests`);
  await page.getByRole('link', { name: 'Template for a fee agreement' }).first().click();
  await page.waitForURL(/\/portal\/requests\/\d+$/);
  bytes.clear();
  await open(page, page.url());
  await expect.poll(() => [...bytes.keys()].filter((path) => path.endsWith('.wasm')).length).toBe(1);
  const sum = [...bytes.values()].reduce((all, one) => all + one, 0);
  test.info().annotations.push({ type: 'bytes', description: `${sum}: ${JSON.stringify([...bytes])}` });
  console.log(`script and wasm of the request page: ${(sum / 1024).toFixed(1)} KB`, Object.fromEntries(bytes));
  expect(sum, 'built with THROUGHLINE_FRONT=small, as scripts/test.sh does').toBeLessThanOrEqual(MOST);
});
