import type { WebClient } from '@slack/web-api';
import { isNamed, ownChannels, visibleChannels } from './channels.ts';

/** Finds the id of a channel by its name. */
export interface ChannelLookup {
  /** Undefined when the bot sees none such. An id is returned as it is. */
  resolve(nameOrId: string): Promise<string | undefined>;
}

const CHANNEL_ID = /^[CGD][A-Z0-9]{6,}$/;
/** Channels are seldom renamed. */
const FOUND_MS = 10 * 60_000;
/** Short: somebody may be inviting the bot at this moment. */
const MISSING_MS = 30_000;

interface Lookup {
  id: Promise<string | undefined>;
  until: number;
}

/** Lists are long and their allowance is small, so answers are kept and lookups of one name are one. */
export function createChannelLookup(client: WebClient, now: () => number): ChannelLookup {
  const lookups = new Map<string, Lookup>();

  return {
    async resolve(nameOrId) {
      if (CHANNEL_ID.test(nameOrId)) return nameOrId;
      const name = nameOrId.replace(/^#/, '').toLowerCase();
      const kept = lookups.get(name);
      if (kept && now() < kept.until) return kept.id;
      const lookup: Lookup = { id: find(client, name), until: Number.POSITIVE_INFINITY };
      lookups.set(name, lookup);
      try {
        const id = await lookup.id;
        lookup.until = now() + (id ? FOUND_MS : MISSING_MS);
        return id;
      } catch (error) {
        lookups.delete(name);
        throw error;
      }
    },
  };
}

async function find(client: WebClient, name: string): Promise<string | undefined> {
  for (const list of [ownChannels, visibleChannels]) {
    for await (const channel of list(client)) {
      if (isNamed(channel, name) && !channel.is_archived) return channel.id;
    }
  }
  return undefined;
}
