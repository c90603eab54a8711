import { expect, test } from 'vitest';
import { payloadOf, Refused, sentenceOf } from './outcome';

test('a payload is handed on, and an expected error becomes its sentence, code and field', () => {
  const payload = { __typename: 'CreateProjectPayload' as const, project: { id: '1' } };
  expect(payloadOf(payload)).toBe(payload);
  const refusal = { __typename: 'InvalidInputError' as const, message: 'A name is needed.', code: 'NAME_MISSING', field: 'name' };
  const caught = (() => {
    try {
      return payloadOf(refusal);
    } catch (error) {
      return error;
    }
  })();
  expect(caught).toBeInstanceOf(Refused);
  expect(caught).toMatchObject({ message: 'A name is needed.', code: 'NAME_MISSING', field: 'name' });
});

test('what is no sentence becomes one', () => {
  expect(sentenceOf(new TypeError('Failed to fetch'))).toBe('The server cannot be reached. Check that it runs and try again.');
  expect(sentenceOf(null)).toBe('Something went wrong. Try again.');
});
