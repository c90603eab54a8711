// What a stage of a document's work found, in words.

/** The counts in a stage's detail: `{num_tables: 2, elements: {TITLE: 1}}` reads ` · 2 tables, 1 title`. */
export function factsOf(detail: unknown): string {
  const facts = countsOf(detail);
  return facts.length > 0 ? ` · ${facts.join(', ')}` : '';
}

function countsOf(detail: unknown): string[] {
  if (typeof detail !== 'object' || detail === null) return [];
  return Object.entries(detail).flatMap(([name, value]) => {
    if (typeof value !== 'number') return countsOf(value);
    return value > 0 ? [`${value.toLocaleString('en')} ${nounOf(name, value)}`] : [];
  });
}

function nounOf(name: string, value: number): string {
  const words = name.replace(/^num_/, '').replaceAll('_', ' ').toLowerCase();
  // Kinds of elements are named in capitals and the singular.
  const isKind = name === name.toUpperCase();
  return isKind && value !== 1 ? `${words}s` : words;
}
