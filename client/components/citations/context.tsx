// The citations of one answer, for the marks in its text, and the one that is looked at, for the whole page.
'use client';
import { createContext, useContext } from 'react';
import type { CitationPartsFragment, WebCitationPartsFragment } from '@/gql/graphql';

export type AnyCitation = CitationPartsFragment | WebCitationPartsFragment;

/** By marker, in the order of their places. */
export const CitationsContext = createContext<readonly AnyCitation[]>([]);

export const useCitations = () => useContext(CitationsContext);

interface Looking {
  citation: AnyCitation | null;
  look: (citation: AnyCitation | null) => void;
}

export const LookingContext = createContext<Looking>({ citation: null, look: () => {} });

export const useLooking = () => useContext(LookingContext);

export const nameOf = (citation: AnyCitation) => (citation.__typename === 'Citation' ? citation.documentName : citation.title);
