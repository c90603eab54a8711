// The client's own icons: strokes on a grid of 24, in the colour of the text beside them.
import clsx from 'clsx';

const PATHS = {
  plus: 'M12 5v14M5 12h14',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  dots: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  chevron: 'M9 6l6 6-6 6',
  down: 'M6 9l6 6 6-6',
  back: 'M14 6l-6 6 6 6',
  file: 'M7 3.5h6.5L18 8v12.5H7zM13 3.5V8.5H18',
  link: 'M10 14a4 4 0 005.7 0l3-3A4 4 0 0013 5.300l-1 1M14 10a4 4 0 00-5.7 0l-3 3a4 4 0 005.700 5.700l1-1',
  upload: 'M12 16V5M7.500 9.500L12 5l4.500 4.500M5 19h14',
  folder: 'M4 6.500h5.500l2 2.500H20v9.500H4z',
  chat: 'M5 5.500h14v10.500H11l-4 3.500v-3.500H5z',
  gear: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  trash: 'M5 7h14M9.500 7V4.500h5V7M7 7l.8 12.500h8.400L17 7M10.500 10.500v5.500M13.500 10.500v5.500',
  pencil: 'M5 19l.8-3.700L15.500 5.500l3 3L8.700 18.200zM13.500 7.500l3 3',
  retry: 'M19 12a7 7 0 11-2.300-5.200M19 4.500V8h-3.500',
  stop: 'M7.500 7.500h9v9h-9z',
  send: 'M12 19V5.500M6 11.500l6-6 6 6',
  copy: 'M9 9h10v10H9zM6 15H5V5h10v1',
  up: 'M8 11v8H5v-8zM8 11l3.500-6.500c1.500 0 2.300 1.300 2 2.700L13 10h5.500l-1.200 7.500c-.2 1-.9 1.500-1.800 1.500H8',
  downvote: 'M16 13V5h3v8zM16 13l-3.500 6.500c-1.500 0-2.300-1.300-2-2.700L11 14H5.500l1.200-7.500C6.900 5.500 7.600 5 8.500 5H16',
  search: 'M10.500 17a6.500 6.500 0 100-13 6.500 6.500 0 000 13zM15.500 15.500L20 20',
  warn: 'M12 4l9 15.500H3zM12 10v4.500M12 17h.01',
  info: 'M12 20a8 8 0 100-16 8 8 0 000 16zM12 11v5M12 8h.01',
  sun: 'M12 16a4 4 0 100-8 4 4 0 000 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600L7 7M17 17l1.400 1.400M5.600 18.400L7 17M17 7l1.400-1.400',
  moon: 'M19 14.500A7.500 7.500 0 019.500 5a7.500 7.500 0 109.500 9.500z',
  screen: 'M4 5.500h16v10.500H4zM9 19.500h6M12 16v3.500',
  person: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4.500 20c1-3.500 4-5.500 7.500-5.500s6.500 2 7.500 5.500',
  exit: 'M13 4.500H5v15h8M10 12h10M16.500 8.500L20 12l-3.500 3.500',
  key: 'M9 18a4 4 0 100-8 4 4 0 000 8zM12 11l7.500-7.500M16 7l2.500 2.500',
  keys: 'M3.500 6.500h17v11h-17zM7 10h.01M10.300 10h.01M13.700 10h.01M17 10h.01M8.500 14h7',
  list: 'M5 7h14M5 12h14M5 17h14',
  pause: 'M12 20a8 8 0 100-16 8 8 0 000 16zM8.500 15.500l7-7',
  minus: 'M5 12h14',
  code: 'M9 7l-5 5 5 5M15 7l5 5-5 5',
  bottom: 'M12 5v13.500M6 12.500l6 6 6-6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'dots' ? 3 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={clsx('size-[1.125rem] shrink-0', className)}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
