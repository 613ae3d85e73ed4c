import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const Shortcut = z.object({ name: z.string(), type: z.enum(['global', 'message']), callback_id: z.string() });
const Command = z.object({ command: z.string(), should_escape: z.boolean().default(false) });

const Manifest = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  features: z.object({
    slash_commands: z.array(Command).default([]),
    shortcuts: z.array(Shortcut).default([]),
  }),
});

/** A shortcut as the manifest names it. */
export type Shortcut = z.infer<typeof Shortcut>;

/** What Slack grants the app, and what it offers people. */
export type AppManifest = z.infer<typeof Manifest>;

/** Reads the manifest the app is installed from. @throws if it is missing or faulty. */
export async function readManifest(file: string): Promise<AppManifest> {
  return Manifest.parse(parse(await readFile(file, 'utf8')));
}
