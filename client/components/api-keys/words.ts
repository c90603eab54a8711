// What a key may do and how long, in words.
import type { ApiKeyRowFragment, Capability } from '@/gql/graphql';
import { ago } from '@/lib/format';

export const CAPABILITIES: { value: Capability; label: string; help: string }[] = [
  { value: 'READ', label: 'Read', help: 'Projects with their documents, chats and messages, also as they change.' },
  { value: 'SEARCH', label: 'Search', help: 'Find passages, without answers.' },
  { value: 'ASK', label: 'Ask', help: 'Begin chats, ask questions and follow the answers.' },
  { value: 'WRITE_DOCUMENTS', label: 'Change documents', help: 'Upload, add, change and delete documents and crawls.' },
  { value: 'MANAGE_PROJECTS', label: 'Manage projects', help: 'Make, change and delete projects, and set how they answer.' },
];

export function capabilitiesOf({ capabilities }: Pick<ApiKeyRowFragment, 'capabilities'>): string {
  return CAPABILITIES.filter(({ value }) => capabilities.includes(value))
    .map(({ label }) => label)
    .join(', ');
}

export function reachOf({ projects }: Pick<ApiKeyRowFragment, 'projects'>): string {
  if (!projects) return 'All projects, later ones too';
  return projects.map(({ name }) => name).join(', ') || 'Only projects that are gone';
}

export const usedAt = ({ lastUsedAt }: Pick<ApiKeyRowFragment, 'lastUsedAt'>) => (lastUsedAt ? `Used ${ago(lastUsedAt)}` : 'Never used');

const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export function endOf({ expiresAt, revokedAt }: Pick<ApiKeyRowFragment, 'expiresAt' | 'revokedAt'>, now: number = Date.now()): string {
  if (revokedAt) return `Revoked ${ago(revokedAt, now)}`;
  if (!expiresAt) return 'Never expires';
  return Date.parse(expiresAt) <= now ? `Expired ${ago(expiresAt, now)}` : `Expires ${moment.format(new Date(expiresAt))}`;
}

/** How much of its budget a key has spent, from 0 to 1; null where there is no limit. */
export function spentShare({ budgetUsd, budgetSpentUsd }: Pick<ApiKeyRowFragment, 'budgetUsd' | 'budgetSpentUsd'>): number | null {
  return budgetUsd === null ? null : Math.min(1, Number(budgetSpentUsd) / Number(budgetUsd));
}
