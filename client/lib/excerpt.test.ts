import { expect, test } from 'vitest';
import { excerptOf } from './excerpt';

test('a found message is shown around the first word that was searched for', () => {
  const text = `${'before '.repeat(20)}the harbour crane ${'after '.repeat(40)}`;
  const shown = excerptOf(text, '"Harbour crane" -ferry');
  expect(shown.startsWith('… before before ')).toBe(true);
  expect(shown).toContain('the harbour crane after');
  expect(shown.endsWith(' …')).toBe(true);
  expect(excerptOf('Short\n text', 'nothing')).toBe('Short text');
});
