/** Shorter values are not registered: they would blot out ordinary words. */
export const MIN_SECRET_LENGTH = 6;

/** All written forms of the registered secrets, ready to be looked for. */
export interface SecretForms {
  /** Forms that are found as they stand. */
  readonly plain: readonly string[];
  /** Insides of base64 text: the letters beside them may hold a part of the secret and go too. */
  readonly base64: readonly string[];
}

/** The secret values of this process; they may become known one by one. */
export interface SecretRegistry {
  /** Registers a value, without blanks around it; false when it is too short to be looked for. */
  register(value: string): boolean;
  forms(): SecretForms;
}

/** A registry that knows these values from the start. */
export function createSecretRegistry(initial: readonly string[] = []): SecretRegistry {
  const plain = new Set<string>();
  const base64 = new Set<string>();
  let forms: SecretForms = { plain: [], base64: [] };
  const register = (value: string): boolean => {
    const secret = value.trim();
    if (secret.length < MIN_SECRET_LENGTH) return false;
    for (const form of writtenForms(secret)) plain.add(form);
    for (const form of base64Insides(secret)) base64.add(form);
    forms = { plain: [...plain], base64: [...base64] };
    return true;
  };
  for (const value of initial) register(value);
  return { register, forms: () => forms };
}

/** Start and end of every stretch of `text` that shows a secret; they may overlap. */
export function findSecrets(text: string, forms: SecretForms): [start: number, end: number][] {
  const spans: [number, number][] = [];
  for (const form of forms.plain) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
      spans.push([at, at + form.length]);
    }
  }
  for (const form of forms.base64) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
      spans.push([widen(text, at, -1), widen(text, at + form.length, 1)]);
    }
  }
  return spans;
}

/** Up to two base64 letters further, and over the padding that follows. */
function widen(text: string, from: number, step: 1 | -1): number {
  let at = from;
  const next = (): string => text.charAt(step === 1 ? at : at - 1);
  for (let count = 0; count < 2 && /[A-Za-z0-9+/_-]/.test(next()); count += 1) at += step;
  while (step === 1 && next() === '=') at += 1;
  return at;
}

/** As is, inside JSON, and percent-encoded in the usual ways. */
function writtenForms(secret: string): string[] {
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
  const inUserInfo = new URL(`http://x:${inUrl}@h`).password;
  const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    inUrl,
    inForm,
    inUserInfo,
    lower(inUrl),
    lower(inForm),
  ];
}

/**
 * Base64 (both alphabets) of the secret at each of the three offsets it may have in a longer text, such as
 * `user:secret` of Basic authorisation, without the letters that also depend on its neighbours.
 */
function base64Insides(secret: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString('base64').slice(first, last), bytes.toString('base64url').slice(first, last)];
  });
}
