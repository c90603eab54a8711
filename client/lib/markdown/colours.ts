// What colours code, fetched when an answer has code that names its language.
import { lazily } from '@/lib/lazy';

export const COLOURS = lazily(async () => {
  const { common, createLowlight } = await import('lowlight');
  return createLowlight(common);
});
