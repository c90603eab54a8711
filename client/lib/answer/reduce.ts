// An answer as it grows: what each event makes of it. Events of an earlier run are never mixed with those of a later.
import type { CitationPartsFragment, MessageEventsSubscription, MessagePartsFragment, WebCitationPartsFragment } from '@/gql/graphql';

export type AnswerEvent = MessageEventsSubscription['messageEvents'];

export interface Step {
  readonly kind: 'guardrail' | 'agent' | 'tool';
  readonly name: string;
  /** What a tool was asked. */
  readonly query: string | null;
  readonly state: 'running' | 'done' | 'failed';
  readonly result: string | null;
}

export interface LiveAnswer {
  readonly attempt: number;
  readonly text: string;
  readonly steps: readonly Step[];
  readonly citations: readonly CitationPartsFragment[];
  readonly webCitations: readonly WebCitationPartsFragment[];
  /** The whole answer, once it has ended. */
  readonly ended: MessagePartsFragment | null;
}

export const NOTHING_YET: LiveAnswer = { attempt: 0, text: '', steps: [], citations: [], webCitations: [], ended: null };

/** The answer after one more event. */
export function reduce(answer: LiveAnswer, event: AnswerEvent): LiveAnswer {
  if (event.attempt < answer.attempt) return answer;
  const now = event.attempt > answer.attempt ? { ...NOTHING_YET, attempt: event.attempt } : answer;
  switch (event.__typename) {
    case 'MessageSnapshot': {
      const { content, citations, webCitations } = event.message;
      return { ...now, text: content, citations, webCitations };
    }
    case 'AnswerRestarted':
      return { ...NOTHING_YET, attempt: event.attempt };
    case 'TextAppended':
      return { ...now, text: now.text + event.text };
    case 'CitationAdded':
      return { ...now, citations: [...now.citations, event.citation] };
    case 'WebCitationAdded':
      return { ...now, webCitations: [...now.webCitations, event.citation] };
    case 'MessageCompleted':
    case 'MessageRefused':
    case 'MessageStopped':
    case 'MessageFailed':
      return { ...now, ended: event.message };
    default:
      return { ...now, steps: stepsAfter(now.steps, event) };
  }
}

function stepsAfter(steps: readonly Step[], event: AnswerEvent): readonly Step[] {
  switch (event.__typename) {
    case 'GuardrailPassed':
      return [...steps, { kind: 'guardrail', name: 'Checked the question', query: null, state: 'done', result: null }];
    case 'AgentStarted':
      return [...steps, { kind: 'agent', name: event.agent, query: null, state: 'done', result: null }];
    case 'ToolStarted':
      return [...steps, { kind: 'tool', name: event.tool, query: event.query, state: 'running', result: null }];
    case 'ToolFinished':
      return finished(steps, event.tool, { state: 'done', result: `${event.numHits} found` });
    case 'ToolFailed':
      return finished(steps, event.tool, { state: 'failed', result: event.messageText });
    default:
      return steps;
  }
}

/** The oldest running call of this tool has ended. */
function finished(steps: readonly Step[], tool: string, outcome: Pick<Step, 'state' | 'result'>): readonly Step[] {
  const index = steps.findIndex(({ kind, name, state }) => kind === 'tool' && name === tool && state === 'running');
  return steps.map((step, at) => (at === index ? { ...step, ...outcome } : step));
}
