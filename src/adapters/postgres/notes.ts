import type pg from 'pg';
import type { ChannelNotes, NotesStore } from '../../app/ports/store.ts';
import { toInstant } from '../../core/shared/time.ts';
import { queryOf } from './transaction.ts';

/** Working notes, in PostgreSQL. Every call may be repeated after an error. */
export function createNotesStore({ pool }: { pool: pg.Pool }): NotesStore {
  const query = queryOf(pool);
  return {
    async channelNotes(id) {
      const { rows } = await query<{ notes: ChannelNotes }>(
        'select notes from lifeboat.channel_notes where incident_id = $1',
        [id],
      );
      return rows[0]?.notes ?? {};
    },

    async saveChannelNotes(id, notes) {
      await query(
        `insert into lifeboat.channel_notes (incident_id, notes) values ($1, $2)
         on conflict (incident_id) do update set notes = excluded.notes`,
        [id, JSON.stringify(notes)],
      );
    },

    async remember(key, value) {
      await query(
        `insert into lifeboat.memory (key, value, at) values ($1, $2, clock_timestamp())
         on conflict (key) do update set value = excluded.value, at = excluded.at`,
        [key, JSON.stringify(value)],
      );
    },

    async recall(key) {
      const { rows } = await query<{ value: unknown; at: Date }>(
        'select value, at from lifeboat.memory where key = $1',
        [key],
      );
      return rows[0] && { value: rows[0].value, at: toInstant(rows[0].at) };
    },
  };
}
