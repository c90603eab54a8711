// What a mutation answered: its payload, or the expected error that stands in for it.

export interface Refusal {
  __typename: string;
  message: string;
  code: string;
  field?: string | null;
}

type Member = { __typename: string };

/** Whether this member of a result union is one of the API's errors. */
export function isRefusal(result: Member): result is Refusal {
  return result.__typename.endsWith('Error') && 'message' in result;
}

/** The payload, typed; raises `Refused` with the API's own sentence when there is none. */
export function payloadOf<T extends Member>(result: T | null | undefined): Exclude<T, { __typename: `${string}Error` }> {
  if (!result) throw new Refused({ __typename: 'Error', message: 'The server gave no answer.', code: 'NO_ANSWER' });
  if (isRefusal(result)) throw new Refused(result);
  return result as Exclude<T, { __typename: `${string}Error` }>;
}

/** An expected error of the API, as an exception for code that cannot go on. */
export class Refused extends Error {
  readonly code: string;
  readonly field: string | null;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'Refused';
    this.code = refusal.code;
    this.field = refusal.field ?? null;
  }
}

/** One sentence for a person, whatever was thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refused) return error.message;
  if (error instanceof TypeError || (error instanceof Error && /failed to fetch|networkerror/i.test(error.message))) {
    return 'The server cannot be reached. Check that it runs and try again.';
  }
  return error instanceof Error && error.message ? error.message : 'Something went wrong. Try again.';
}
