/** Whose clock and which day a date is shown by. */
export interface DateContext {
  timeZone: string;
  now?: Date;
}

type Part = Intl.DateTimeFormatOptions;

const DAY: Part = { month: 'long', day: 'numeric' };
const FULL: Part = { ...DAY, year: 'numeric' };
const SHORT: Part = { month: 'short', day: 'numeric', year: 'numeric' };
const LONG: Part = { ...FULL, weekday: 'long' };
const TIME: Part = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

const FORMATS: Readonly<Record<string, Part>> = {
  date: DAY,
  date_short: SHORT,
  date_long: LONG,
  date_long_full: FULL,
  time: TIME,
  time_secs: { ...TIME, second: '2-digit' },
};

/**
 * The text of a `<!date^unix^format|fallback>` for a reader, with a 24-hour clock.
 * `undefined` when the time is no number, so that the fallback is shown.
 */
export function formatSlackDate(
  unixSeconds: number,
  format: string,
  context: DateContext,
): string | undefined {
  if (!Number.isFinite(unixSeconds)) return undefined;
  const date = new Date(unixSeconds * 1000);
  return format.replace(/\{(\w+)\}/g, (all, name: string) => renderPart(name, date, context) ?? all);
}

function renderPart(name: string, date: Date, context: DateContext): string | undefined {
  if (name === 'date_num') return isoDay(date, context.timeZone);
  if (name === 'date_slash') return isoDay(date, context.timeZone).split('-').reverse().join('/');
  if (name === 'ago') return ago(date, context.now ?? new Date());
  const pretty = name.endsWith('_pretty');
  const options = FORMATS[pretty ? name.slice(0, -'_pretty'.length) : name];
  if (!options) return undefined;
  const relative = pretty ? relativeDay(date, context) : undefined;
  return (
    relative ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: context.timeZone }).format(date)
  );
}

function isoDay(date: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(date);
}

function relativeDay(date: Date, { timeZone, now = new Date() }: DateContext): string | undefined {
  const days = (Date.parse(isoDay(date, timeZone)) - Date.parse(isoDay(now, timeZone))) / 86_400_000;
  return { '-1': 'yesterday', '0': 'today', '1': 'tomorrow' }[String(days)];
}

function ago(date: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - date.getTime()) / 1000);
  const [amount, unit] = inUnits(Math.abs(seconds));
  return new Intl.RelativeTimeFormat('en-GB').format(seconds < 0 ? amount : -amount, unit);
}

function inUnits(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  if (seconds < 60) return [seconds, 'second'];
  if (seconds < 3600) return [Math.floor(seconds / 60), 'minute'];
  if (seconds < 86_400) return [Math.floor(seconds / 3600), 'hour'];
  return [Math.floor(seconds / 86_400), 'day'];
}
