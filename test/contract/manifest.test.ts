import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { COMMAND, ENDPOINT } from '../../src/adapters/slack/bolt.ts';
import { EVENTS } from '../../src/adapters/slack/events.ts';
import { SHORTCUTS } from '../../src/adapters/slack/shortcuts.ts';
import { loadCommands } from '../../src/chatops/load-commands.ts';
import { METHOD_SCOPES, type ScopeKind } from '../../src/sandbox/slack/scopes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(path.join(ROOT, 'manifest.yml'), 'utf8');

/** What Slack checks when the manifest is installed, as far as it concerns us. */
const Manifest = z.strictObject({
  _metadata: z.object({ major_version: z.literal(2), minor_version: z.number() }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.literal(true),
      messages_tab_enabled: z.literal(true),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({
      display_name: z.string().regex(/^[a-z0-9-_.]{1,80}$/),
      always_online: z.boolean(),
    }),
    slash_commands: z.array(
      z.strictObject({
        command: z.string().regex(/^\/\S{1,31}$/),
        url: z.url({ protocol: /^https$/ }),
        description: z.string().min(1).max(2000),
        usage_hint: z.string().max(1000),
        should_escape: z.literal(true),
      }),
    ),
    shortcuts: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(24),
          type: z.enum(['global', 'message']),
          callback_id: z.string().max(255),
          description: z.string().min(1).max(150),
        }),
      )
      .max(10),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({
      request_url: z.url({ protocol: /^https$/ }),
      bot_events: z.array(z.string()),
    }),
    interactivity: z.strictObject({
      is_enabled: z.literal(true),
      request_url: z.url({ protocol: /^https$/ }),
    }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.literal(false),
  }),
});

const manifest = Manifest.parse(parse(text));
const granted = manifest.oauth_config.scopes.bot;

/** Kinds of channel that Lifeboat lists; it never looks for direct messages. */
const LISTED: ScopeKind[] = ['public', 'private'];
/** Kinds of channel that Lifeboat writes to and reads; never a direct message of several. */
const USED: ScopeKind[] = ['public', 'private', 'im'];
/** What an event demands before Slack sends it. */
const EVENT_SCOPES: Record<(typeof EVENTS)[number], string[]> = {
  app_home_opened: [],
  channel_archive: ['channels:read'],
  group_archive: ['groups:read'],
  subteam_members_changed: ['usergroups:read'],
  user_change: ['users:read'],
};

const sources = readdirSync(path.join(ROOT, 'src/adapters/slack'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(path.join(ROOT, 'src/adapters/slack', name), 'utf8'));

/** Methods that the sources call on a client: `bulk.chat.postMessage(`. */
function calledMethods(): Set<string> {
  const pattern = /\b(?:interactive|bulk|reads|client)\s*\.((?:[a-z][A-Za-z]*\.)+[a-z][A-Za-z]*)\(/g;
  const found = sources.flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1] as string));
  return new Set(found.filter((method) => !method.startsWith('websocket.')));
}

/** Methods that the sources name where they call: `call('chat.postMessage', …`. */
function namedMethods(): Set<string> {
  const pattern =
    /\b(?:call|attempt|listed|callUnless)\(\s*(?:(?:\[[^\]]*\]|\w+),\s*)?'([a-z]+(?:\.[a-zA-Z]+)+)'/g;
  const found = sources.flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1] as string));
  // Needs the app-level token, no scope of the bot; the library calls it.
  return new Set(found.filter((method) => method !== 'apps.connections.open'));
}

/** Each demand is a choice of scopes, one of which is enough. */
function demandsOf(method: string): (readonly string[])[] {
  const rule = METHOD_SCOPES[method];
  if (!rule) throw new Error(`nobody knows which scopes ${method} needs`);
  const isList = method === 'conversations.list' || method === 'users.conversations';
  return [rule.always, ...(isList ? LISTED : USED).map((kind) => rule[kind])].filter(
    (choice) => choice !== undefined,
  );
}

describe('scopes', () => {
  const methods = [...calledMethods()].sort();

  test('are taken from the methods that are really called', () => {
    expect(methods.length).toBeGreaterThan(20);
    expect(methods).toEqual(
      expect.arrayContaining(['chat.postMessage', 'views.open', 'usergroups.list', 'auth.test']),
    );
    expect(methods).toEqual([...namedMethods()].sort());
  });

  test.each(methods)('suffice for %s', (method) => {
    for (const choice of demandsOf(method)) {
      expect({ method, choice, met: choice.some((scope) => granted.includes(scope)) }).toMatchObject({
        met: true,
      });
    }
  });

  test('suffice for the events', () => {
    expect(granted).toEqual(expect.arrayContaining(Object.values(EVENT_SCOPES).flat()));
  });

  test('are no more than needed, and each stands once', () => {
    const needed = [...methods.flatMap(demandsOf).flat(), ...Object.values(EVENT_SCOPES).flat(), 'commands'];

    expect(granted.filter((scope) => !needed.includes(scope))).toEqual([]);
    expect(new Set(granted).size).toBe(granted.length);
  });
});

describe('what Slack sends', () => {
  test('is the command we listen to', () => {
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual([COMMAND]);
  });

  test('are the shortcuts we listen to, one of each type', () => {
    const shortcuts = manifest.features.shortcuts;

    expect(shortcuts.map(({ callback_id }) => callback_id).sort()).toEqual(Object.keys(SHORTCUTS).sort());
    expect(shortcuts.map(({ type }) => type).sort()).toEqual(['global', 'message']);
  });

  test('leads to intents that a command has', async () => {
    const commands = await loadCommands(path.join(ROOT, 'commands'));
    const intents = commands.flatMap((command) => Object.keys(command.intents ?? {}));

    expect(intents).toEqual(expect.arrayContaining(Object.values(SHORTCUTS)));
  });

  test('are the events we listen to', () => {
    expect([...manifest.settings.event_subscriptions.bot_events].sort()).toEqual([...EVENTS].sort());
  });

  test('goes to the one address we answer at', () => {
    const addresses = [
      manifest.settings.event_subscriptions.request_url,
      manifest.settings.interactivity.request_url,
      ...manifest.features.slash_commands.map(({ url }) => url),
    ];

    expect(new Set(addresses.map((address) => new URL(address).pathname))).toEqual(new Set([ENDPOINT]));
  });
});

test('taking out the lines for HTTP leaves a manifest for Socket Mode', () => {
  const lines = text.split('\n');
  const kept = lines.filter((line) => !line.endsWith('# HTTP')).join('\n');
  const socket = parse(kept.replace('socket_mode_enabled: false', 'socket_mode_enabled: true')) as object;

  expect(lines.filter((line) => line.endsWith('# HTTP'))).toHaveLength(3);
  expect(JSON.stringify(socket)).not.toContain('lifeboat.example.com');
  expect(socket).toMatchObject({
    settings: { socket_mode_enabled: true, interactivity: { is_enabled: true } },
  });
});
