// A form's sending: busy while it runs, and the API's own sentence where it was refused.
'use client';
import { useCallback, useState } from 'react';
import { Refused, sentenceOf } from '@/apollo/outcome';

export interface Problem {
  message: string;
  /** The input's field that is wrong, where one is. */
  field: string | null;
}

/** Runs `work` once at a time; what it throws becomes `problem`. */
export function useSubmit<A extends unknown[]>(work: (...given: A) => Promise<void>) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function submit(...given: A) {
    if (isBusy) return;
    setIsBusy(true);
    setProblem(null);
    try {
      await work(...given);
    } catch (error) {
      setProblem({ message: sentenceOf(error), field: error instanceof Refused ? error.field : null });
    } finally {
      setIsBusy(false);
    }
  }

  return { submit, isBusy, problem, clear: useCallback(() => setProblem(null), []) };
}
