import { type BrowserContext, chromium } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import lighthouse from 'lighthouse';

import { ROSA } from '../fixtures/people.ts';
import { freePort } from '../fixtures/server.ts';
import { enter, expect, test } from '../fixtures/test.ts';

/** The least that is good enough, of 100, in each category. */
const LEAST = 95;
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];

/** What each page gets, on a slow phone with a slow network, as Lighthouse imagines them. */
test('storefront, portal home and a request page are good in Lighthouse’s eyes', async ({ server, launchOptions }) => {
  test.setTimeout(240_000);
  const profile = await mkdtemp(join(tmpdir(), 'tl-lighthouse-'));
  const port = await freePort();
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions,
    baseURL: server.url,
    args: [...(launchOptions.args ?? []), `--remote-debugging-port=${port}`],
  });
  try {
    const scores = [await judge('storefront', server.url, port)];
    const request = await signedIn(context);
    scores.push(await judge('portal home', `${server.url}/portal`, port));
    scores.push(await judge('request page', request, port));
    console.log(scores.map((score) => score.words).join('\n'));
    for (const { name, poor } of scores) expect(poor, name).toEqual([]);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
});

/** Signs in and answers the address of a request. */
async function signedIn(context: BrowserContext): Promise<string> {
  const page = await context.newPage();
  await enter(page, ROSA);
  await page.goto('/portal/requests');
  await page.getByRole('link', { name: 'Template for a fee agreement' }).first().click();
  await page.waitForURL(/\/portal\/requests\/\d+$/);
  const url = page.url();
  await page.close();
  return url;
}

async function judge(name: string, url: string, port: number) {
  const result = await lighthouse(url, {
    port,
    output: 'json',
    logLevel: 'error',
    onlyCategories: CATEGORIES,
    // The pages of those who are signed in.
    disableStorageReset: true,
  });
  if (!result) throw new Error(`Lighthouse said nothing of ${url}`);
  const { categories, audits } = result.lhr;
  const scores = CATEGORIES.map((category) => [category, Math.round((categories[category]?.score ?? 0) * 100)] as const);
  const poor = scores
    .filter(([, score]) => score < LEAST)
    .map(([category, score]) => {
      const wrong = categories[category].auditRefs.filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 0.9);
      return `${category} ${score}: ${wrong.map(({ id }) => `${id} ${audits[id].displayValue ?? ''}`).join(', ')}`;
    });
  return { name, poor, words: `${name}: ${scores.map(([category, score]) => `${category} ${score}`).join(', ')}` };
}
