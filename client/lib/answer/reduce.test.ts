import { expect, test } from 'vitest';
import type { MessagePartsFragment } from '@/gql/graphql';
import { NOTHING_YET, reduce, type AnswerEvent } from './reduce';

const message = (content: string, status: MessagePartsFragment['status'] = 'RUNNING'): MessagePartsFragment => ({
  __typename: 'Message',
  id: 'm',
  role: 'ASSISTANT',
  content,
  status,
  failure: null,
  model: null,
  createdAt: '2026-01-01T00:00:00Z',
  citations: [],
  webCitations: [],
  feedback: null,
  verificationRate: null, unsupportedSentences: [],
  parent: null,
  siblings: [],
});

let place = 0;
const at = (attempt: number) => ({ cursor: `${attempt}-${place++}`, attempt });
const text = (attempt: number, added: string): AnswerEvent => ({ __typename: 'TextAppended', ...at(attempt), text: added });
const after = (...events: AnswerEvent[]) => events.reduce(reduce, NOTHING_YET);

test('text grows, and a snapshot takes the place of what was there', () => {
  expect(after(text(1, 'a'), text(1, 'b')).text).toBe('ab');
  expect(after(text(1, 'a'), { __typename: 'MessageSnapshot', ...at(1), message: message('whole') }, text(1, '!')).text).toBe('whole!');
});

test('a later run begins anew, and events of an earlier one are dropped', () => {
  const restarted = after(text(1, 'lost'), { __typename: 'AnswerRestarted', ...at(2) }, text(2, 'new'), text(1, 'late'));
  expect(restarted).toMatchObject({ attempt: 2, text: 'new', steps: [] });
  expect(after(text(1, 'lost'), text(2, 'new')).text).toBe('new');
});

test('calls of one tool end in the order in which they began', () => {
  const call = (query: string): AnswerEvent => ({ __typename: 'ToolStarted', ...at(1), tool: 'rag_search', query });
  const { steps } = after(
    { __typename: 'GuardrailPassed', ...at(1) },
    call('first'),
    call('second'),
    { __typename: 'ToolFinished', ...at(1), tool: 'rag_search', numHits: 3 },
    { __typename: 'ToolFailed', ...at(1), tool: 'rag_search', messageText: 'It did not answer.' },
  );
  expect(steps.map(({ query, state, result }) => [query, state, result])).toEqual([
    [null, 'done', null],
    ['first', 'done', '3 found'],
    ['second', 'failed', 'It did not answer.'],
  ]);
});

test('the end carries the whole answer', () => {
  const done = after(text(1, 'half'), { __typename: 'MessageStopped', ...at(1), message: message('half', 'STOPPED') });
  expect(done.ended?.status).toBe('STOPPED');
});
