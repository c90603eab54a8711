// What draws formulas, fetched with its typeface when an answer has one.
import { lazily } from '@/lib/lazy';

/** The faces that nearly every formula uses: with them there, a formula has its size at once. */
const FACES = ['1em KaTeX_Main', 'italic 1em KaTeX_Math', '1em KaTeX_Size1', '1em KaTeX_Size2'];

export const MATHS = lazily(async () => {
  const [{ default: remarkMath }, { default: katex }] = await Promise.all([import('remark-math'), import('katex'), import('katex/dist/katex.min.css')]);
  await Promise.allSettled(FACES.map((face) => document.fonts?.load(face)));
  return {
    remarkMath,
    /** Elements and styles are set one by one: no markup is parsed, so the content policy holds. */
    draw(tex: string, place: HTMLElement, isDisplay: boolean): void {
      try {
        katex.render(tex, place, { ...OPTIONS, macros: { ...MACROS }, displayMode: isDisplay });
      } catch {
        place.textContent = tex;
      }
    },
  };
});

// What cannot be read is shown as it was written; nothing leads elsewhere, grows without end, or writes to the console.
const OPTIONS = { throwOnError: false, errorColor: 'currentColor', strict: 'ignore', trust: false, maxExpand: 500, maxSize: 20 } as const;

// Its MathML would carry a style attribute, which the policy forbids.
const MACROS = { '\\fcolorbox': '\\boxed{#3}' };
