import { z } from 'zod';

const UNIT_MS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
const DURATION = /^(?=\d)(?:\d{1,4}d)?(?:\d{1,5}h)?(?:\d{1,6}m)?(?:\d{1,7}s)?$/;

/** A length of time written `30s`, `15m`, `2h`, `1d` or `1h30m`; read as milliseconds. May be zero. */
export const Duration = z
  .custom<string>((value) => typeof value === 'string' && DURATION.test(value), {
    error: 'expected a duration such as 30s, 15m, 2h, 1d or 1h30m',
    // An abort would silence the checks of the whole document.
    abort: false,
  })
  .transform((text) => {
    let ms = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+)([dhms])/g)) ms += Number(amount) * UNIT_MS[unit!]!;
    return ms;
  });

/** A duration longer than zero, in milliseconds. */
export const PositiveDuration = Duration.refine((ms) => ms > 0, {
  error: 'expected a duration longer than zero',
});

/** Writes milliseconds the way a profile does: `90_000` → `1m30s`. Parts of a second are dropped. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const [unit, size] of Object.entries(UNIT_MS)) {
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text || '0s';
}
