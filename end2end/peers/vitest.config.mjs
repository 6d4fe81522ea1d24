import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*.suite.mjs'],
    testTimeout: 30_000,
    reporters: ['default'],
  },
});
