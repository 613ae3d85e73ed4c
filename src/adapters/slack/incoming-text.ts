/** Slack's tokens: `<@U1|anna>`, `<#C1|ops>`, `<!here>`, `<https://…|label>`. */
const TOKEN = /<([@#!][^<>]*|[a-z][a-z0-9+.-]*:[^<>]*)>/gi;

/**
 * What a person typed after a command, as plain text. Mentions of people and channels stay tokens with
 * an id, because commands need the id; what Slack escaped is as it was typed.
 */
export function commandText(text: string): string {
  return replaceTokens(text, (inside) => (/^[@#]/.test(inside) ? `<${inside}>` : readable(inside)));
}

/** A message as its readers see it, without any token. */
export function messageText(text: string): string {
  return replaceTokens(text, readable);
}

function replaceTokens(text: string, replace: (inside: string) => string): string {
  let result = '';
  let done = 0;
  for (const token of text.matchAll(TOKEN)) {
    result += unescaped(text.slice(done, token.index)) + replace(unescaped(token[1] ?? ''));
    done = token.index + token[0].length;
  }
  return result + unescaped(text.slice(done));
}

function readable(inside: string): string {
  const [target = '', label] = inside.split('|', 2);
  if (target.startsWith('@') || target.startsWith('#')) return target[0] + (label || target.slice(1));
  if (target.startsWith('!')) return special(target.slice(1), label);
  const address = target.replace(/^(?:mailto|tel):/, '');
  return !label || isSameAddress(label, address) ? address : `${label} (${address})`;
}

/** `here`, `subteam^S1`, `date^1700000000^{date}`. */
function special(target: string, label: string | undefined): string {
  if (target.startsWith('date^')) return label ?? '';
  if (label) return label;
  return `@${target.replace(/^subteam\^/, '')}`;
}

/** Slack labels `<http://a.example|a.example>` by itself when somebody types only the name. */
function isSameAddress(label: string, address: string): boolean {
  return address === label || address.replace(/^https?:\/\//, '').replace(/\/$/, '') === label;
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
