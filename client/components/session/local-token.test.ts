import { expect, test, vi } from 'vitest';
import { LOCAL_PERSON, personOf, tokenSource } from './local-token';
import { safeTarget } from './sign-in';

function issuer() {
  let issued = 0;
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ token: `token ${++issued}`, expiresIn: 3600 }));
}

test('callers at the same time share one request, and the token is kept', async () => {
  const fetched = issuer();
  const getToken = tokenSource('http://issuer', LOCAL_PERSON, () => 0);
  expect(await Promise.all([getToken(), getToken()])).toEqual(['token 1', 'token 1']);
  expect(await getToken()).toBe('token 1');
  expect(fetched).toHaveBeenCalledTimes(1);
});

test('a token is renewed a minute before it runs out', async () => {
  issuer();
  let now = 0;
  const getToken = tokenSource('http://issuer', LOCAL_PERSON, () => now);
  await getToken();
  now = 3_539_000;
  expect(await getToken()).toBe('token 1');
  now = 3_541_000;
  expect(await getToken()).toBe('token 2');
});

test('a refusal is said, and the next call asks again', async () => {
  vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(new Response('', { status: 403 }));
  const getToken = tokenSource('http://issuer', LOCAL_PERSON);
  await expect(getToken()).rejects.toThrow('refused to sign you in');
  issuer();
  expect(await getToken()).toBe('token 1');
});

test('the same name is the same person, however it is written', () => {
  expect(personOf('  Ann  Lee ')).toEqual({ subject: 'user_ann_lee', name: 'Ann  Lee' });
  expect(personOf('ann-lee').subject).toBe('user_ann_lee');
  expect([personOf(''), personOf('Local user')]).toEqual([LOCAL_PERSON, LOCAL_PERSON]);
});

test('signing in leads to a page of ours only', () => {
  expect(['/projects/1', null, '//evil.example', '/\\evil.example', 'https://evil.example'].map(safeTarget)).toEqual(['/projects/1', '/projects', '/projects', '/projects', '/projects']);
});
