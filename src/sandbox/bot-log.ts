/** The last lines a program printed. */
export interface LineLog {
  add(line: string): void;
  last(count: number): string[];
}

/** Keeps the last `kept` lines. */
export function createLineLog(kept: number): LineLog {
  let lines: string[] = [];
  return {
    add(line) {
      lines.push(line);
      if (lines.length > 2 * kept) lines = lines.slice(-kept);
    },
    last: (count) => lines.slice(-Math.min(count, kept)),
  };
}

/** The fields of a line if it is one of the bot's JSON log, else undefined. */
export function logFields(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A line of the bot's log for people: local time, level, words, fields. Other lines stay as they are. */
export function readableLogLine(line: string): string {
  const fields = logFields(line);
  if (!fields) return line;
  const { level, time, msg, pid: _pid, hostname: _host, name: _name, err, ...rest } = fields;
  const clock = new Date(String(time)).toLocaleTimeString('en-GB');
  const details = Object.entries(rest).map(([key, value]) => `${key}=${shown(value)}`);
  return [clock, String(level).padEnd(5), String(msg ?? ''), ...details, ...causes(err)].join(' ');
}

/** What went wrong, and what that came from. */
function causes(err: unknown): string[] {
  if (typeof err !== 'object' || err === null) return [];
  const { message, cause } = err as { message?: unknown; cause?: unknown };
  return [`(${String(message)})`, ...causes(cause)];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
