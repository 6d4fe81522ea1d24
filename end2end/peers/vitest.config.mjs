import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*.suite.mjs'],
    testTimeout: 30_000,
    hookTimeout: 90_000,
    // Each starts servers of its own: two at once would measure each other's time-outs.
    fileParallelism: false,
    reporters: ['default'],
  },
});
