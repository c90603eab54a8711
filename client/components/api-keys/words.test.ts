import { expect, test } from 'vitest';
import { usd } from '@/lib/format';
import { capabilitiesOf, endOf, reachOf, spentShare } from './words';

const NOW = Date.parse('2026-03-10T12:00:00Z');

test('a key says how it ends, and how it ended', () => {
  expect(endOf({ expiresAt: null, revokedAt: null }, NOW)).toBe('Never expires');
  expect(endOf({ expiresAt: '2026-03-12T12:00:00Z', revokedAt: null }, NOW)).toMatch(/^Expires Mar 1\d, 2026/);
  expect(endOf({ expiresAt: '2026-03-10T10:00:00Z', revokedAt: null }, NOW)).toBe('Expired 2 hours ago');
  expect(endOf({ expiresAt: '2026-03-12T12:00:00Z', revokedAt: '2026-03-10T11:58:00Z' }, NOW)).toBe('Revoked 2 minutes ago');
});

test('no projects are all of them, and an empty list is none that is left', () => {
  expect(reachOf({ projects: null })).toBe('All projects, later ones too');
  expect(reachOf({ projects: [] })).toBe('Only projects that are gone');
  expect(reachOf({ projects: [{ __typename: 'Project', id: '1', name: 'Lamps' }, { __typename: 'Project', id: '2', name: 'Boats' }] })).toBe('Lamps, Boats');
});

test('capabilities are told in the order of their weight, and a budget by its share', () => {
  expect(capabilitiesOf({ capabilities: ['ASK', 'READ'] })).toBe('Read, Ask');
  expect(spentShare({ budgetUsd: null, budgetSpentUsd: '3' })).toBeNull();
  expect(spentShare({ budgetUsd: '2', budgetSpentUsd: '0.5' })).toBe(0.25);
  expect(spentShare({ budgetUsd: '2', budgetSpentUsd: '2.1' })).toBe(1);
  expect([usd('2'), usd('0.00421')]).toEqual(['$2.00', '$0.0042']);
});
