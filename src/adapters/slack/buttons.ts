import { z } from 'zod';
import type { IntentValues } from '../../chatops/define-command.ts';

/** What a button carries: where it leads, and ids. */
const ButtonValue = z.record(z.string(), z.string()).and(z.object({ intent: z.string().min(1) }));

/** Reads what a pressed button carries. `link`: it only opened an address. */
export function buttonOf(action: {
  action_id: string;
  value?: string | null;
  url?: string | null;
}): { intent: string; values: IntentValues } | 'link' | 'unreadable' {
  if (action.url) return 'link';
  try {
    const { intent, ...values } = ButtonValue.parse(JSON.parse(action.value ?? ''));
    return { intent, values };
  } catch {
    // Of an earlier version, or not ours: said in words by the caller.
    return 'unreadable';
  }
}
