// How a hit's place differs between two settings, in words.
import type { PreviewSearchPartsFragment } from '@/gql/graphql';

export interface Move {
  text: string;
  isGain: boolean;
}

/** Told on the edited side as a way from the saved place; on the saved side only who falls out. */
export function moveOf(rank: number, otherwise: number | null, isAfter: boolean): Move | null {
  if (!isAfter) return otherwise === null ? { text: 'falls out', isGain: false } : null;
  if (otherwise === null) return { text: 'new', isGain: true };
  if (otherwise === rank) return null;
  return otherwise > rank ? { text: `up ${otherwise - rank}`, isGain: true } : { text: `down ${rank - otherwise}`, isGain: false };
}

/** How many of the edited side's hits stand elsewhere, or nowhere, on the saved one. */
export function movedOf({ found, ranksOtherwise }: Pick<PreviewSearchPartsFragment, 'ranksOtherwise'> & { found: { hits: { rank: number }[] } }): number {
  return found.hits.filter(({ rank }, index) => ranksOtherwise[index] !== rank).length;
}
