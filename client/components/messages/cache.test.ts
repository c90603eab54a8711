import { expect, test } from 'vitest';
import { shown } from './cache';

const at = (id: string, parent: string | null, preferred: string | null = id) => ({
  id,
  parent: parent ? { id: parent, preferredChild: preferred ? { id: preferred } : null } : null,
});
const ids = (messages: { id: string }[]) => messages.map(({ id }) => id);

test('of the answers to one question the preferred one is shown, with what follows it alone', () => {
  const messages = [at('q1', null), at('a1', 'q1', 'a2'), at('q2', 'a1'), at('b1', 'q2'), at('a2', 'q1', 'a2'), at('q3', 'a2')];
  expect(ids(shown(messages))).toEqual(['q1', 'a2', 'q3']);
});

test('where nothing is preferred everything is shown, and so is what follows a message that is not read yet', () => {
  expect(ids(shown([at('a1', 'unread', 'a1'), at('q2', 'a1', null), at('a2', 'q2')]))).toEqual(['a1', 'q2', 'a2']);
});
