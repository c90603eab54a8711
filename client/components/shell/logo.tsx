// The mark: a lens that found what it looked for.
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-7" aria-hidden="true">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <g className="stroke-on-accent" fill="none" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="14" cy="14" r="6.500" strokeWidth="2.400" />
        <path d="M19 19l6 6" strokeWidth="2.600" />
        <path d="M11.300 14.200l2 2 3.500-4" strokeWidth="1.900" />
      </g>
    </svg>
  );
}
