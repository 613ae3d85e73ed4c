import { rm } from 'node:fs/promises';

/** Stops the PostgreSQL that the set-up started, and removes its folder. */
export default async function tearDown(): Promise<void> {
  const server = globalThis.lifeboatTestServer;
  if (server === undefined) return;
  try {
    await server.stop();
  } finally {
    await rm(server.dir, { recursive: true, force: true });
  }
}
