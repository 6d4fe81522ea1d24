import { existsSync } from 'node:fs';

import { defineConfig } from '@playwright/test';

/**
 * Debian's Chromium unless CHROME_PATH names another; without either, the one that Playwright installs. The shell without
 * a window comes first: the whole browser draws its menus and tabs too, and takes half as long again.
 */
const chromium = [process.env.CHROME_PATH, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => path && existsSync(path));

const desktop = { viewport: { width: 1280, height: 800 } };

export default defineConfig({
  testDir: '.',
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  outputDir: 'test-results',
  reporter: [['list'], ['./fixtures/summary.ts']],
  use: {
    ...desktop,
    trace: 'retain-on-failure',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    // The demo's people are in Portland; what a page says must not depend on where its reader is.
    timezoneId: 'Europe/Berlin',
    locale: 'en-US',
    launchOptions: {
      executablePath: chromium,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'desktop', testMatch: 'journeys/**/*.spec.ts' },
    {
      name: 'phone',
      testMatch: 'journeys/**/*.spec.ts',
      testIgnore: 'journeys/desktop/**',
      use: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
    },
    { name: 'no_js', testMatch: 'no_js/**/*.spec.ts', use: { javaScriptEnabled: false } },
    // By scripts/test-money.sh, which starts the stand-ins for Stripe.
    { name: 'money', testMatch: 'money/**/*.spec.ts' },
    { name: 'faults', testMatch: 'faults/**/*.spec.ts' },
    // Alone, after everything else: a measurement beside other work measures the other work.
    {
      name: 'speed',
      testMatch: 'speed/**/*.spec.ts',
      dependencies: ['desktop', 'phone', 'no_js', 'faults'],
      fullyParallel: false,
      workers: 1,
    },
  ],
});
