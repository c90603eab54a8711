// What a document's status means to a person.
import type { DocumentRowFragment, DocumentStatus } from '@/gql/graphql';
import { count } from '@/lib/format';
import type { Counts } from './live';

export type Group = 'all' | 'ready' | 'working' | 'failed';

const WORKING: DocumentStatus[] = ['UPLOADING', 'QUEUED', 'PARTITIONING', 'CHUNKING', 'SUMMARISING', 'VECTORIZATION'];
const MEMBERS: Record<Exclude<Group, 'all'>, DocumentStatus[]> = {
  ready: ['COMPLETED'],
  working: WORKING,
  failed: ['FAILED', 'CANCELLED'],
};

export const GROUPS: { group: Group; label: string }[] = [
  { group: 'all', label: 'All' },
  { group: 'ready', label: 'Ready' },
  { group: 'working', label: 'In progress' },
  { group: 'failed', label: 'Not read' },
];

export const isIn = (group: Group, status: DocumentStatus) => group === 'all' || MEMBERS[group].includes(status);

export function countOf(group: Group, counts: Counts): number {
  return Object.entries(counts).reduce((sum, [status, number]) => sum + (isIn(group, status as DocumentStatus) ? number : 0), 0);
}

export const isWorking = (status: DocumentStatus) => WORKING.includes(status);
export const canRetry = (status: DocumentStatus) => MEMBERS.failed.includes(status);

export const STAGE_LABELS: Record<DocumentStatus, string> = {
  UPLOADING: 'Waiting for the file',
  QUEUED: 'In the queue',
  PARTITIONING: 'Reading',
  CHUNKING: 'Cutting into passages',
  SUMMARISING: 'Summarising tables and images',
  VECTORIZATION: 'Indexing',
  COMPLETED: 'Ready',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
};

type State = Pick<DocumentRowFragment, 'status' | 'isStalled' | 'placeInQueue' | 'numPages' | 'numPagesParsed' | 'numChunks' | 'numChunksEmbedded'>;

/** The status in words, with the numbers that are known. */
export function statusText(document: State): string {
  const { status, placeInQueue, numPages, numPagesParsed, numChunks, numChunksEmbedded } = document;
  if (document.isStalled) return 'Stalled; another worker takes over';
  if (status === 'QUEUED' && placeInQueue) return `In the queue, place ${placeInQueue}`;
  if (status === 'PARTITIONING' && numPages && numPagesParsed) return `Reading page ${numPagesParsed} of ${numPages}`;
  if (status === 'VECTORIZATION' && numChunks) return `Indexing ${numChunksEmbedded} of ${count(numChunks, 'passage')}`;
  return STAGE_LABELS[status];
}
