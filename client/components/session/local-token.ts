// Tokens of the zero-key mode: fetched from its issuer, kept in memory, renewed before they run out.

export interface Person {
  subject: string;
  name: string;
}

export const LOCAL_PERSON: Person = { subject: 'user_local', name: 'Local User' };
const STORAGE_KEY = 'opentrace.person';
const MARGIN_MS = 60_000;

/** Somebody of this name; the same name is the same person. */
export function personOf(name: string): Person {
  const plain = name.trim();
  const slug = plain.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '');
  return slug === 'local_user' || slug === '' ? LOCAL_PERSON : { subject: `user_${slug}`, name: plain };
}

/** Who signed in on this browser; only the name is kept, never a token. */
export function rememberedPerson(): Person | null {
  try {
    const kept = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null') as Person | null;
    return kept && typeof kept.subject === 'string' && typeof kept.name === 'string' ? kept : null;
  } catch {
    return null;
  }
}

export function rememberPerson(person: Person | null): void {
  if (person) localStorage.setItem(STORAGE_KEY, JSON.stringify(person));
  else localStorage.removeItem(STORAGE_KEY);
  window.dispatchEvent(new Event('opentrace.person'));
}

/** A source of tokens for one person; concurrent callers share one request. */
export function tokenSource(issuerUrl: string, person: Person, now: () => number = Date.now) {
  let token: { value: string; expiresAt: number } | null = null;
  let asked: Promise<string> | null = null;

  async function fetchToken(): Promise<string> {
    const reply = await fetch(`${issuerUrl}/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(person),
    });
    if (!reply.ok) throw new Error('The local token issuer refused to sign you in.');
    const body = (await reply.json()) as { token: string; expiresIn: number };
    token = { value: body.token, expiresAt: now() + body.expiresIn * 1000 };
    return body.token;
  }

  return async function getToken(): Promise<string> {
    if (token && token.expiresAt - MARGIN_MS > now()) return token.value;
    asked ??= fetchToken().finally(() => {
      asked = null;
    });
    return asked;
  };
}
