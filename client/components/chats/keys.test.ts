import { expect, test } from 'vitest';
import { actionOf, isFree } from './keys';

const pressed = (key: string, ...held: string[]) => ({ key, ctrlKey: held.includes('ctrl'), metaKey: held.includes('meta'), shiftKey: held.includes('shift'), altKey: held.includes('alt') });

test('keys ask for something only together with those that are held', () => {
  expect(actionOf(pressed('O', 'ctrl', 'shift'))).toBe('new');
  expect(actionOf(pressed('o', 'meta', 'shift'))).toBe('new');
  expect(actionOf(pressed('k', 'ctrl'))).toBe('search');
  expect(actionOf(pressed('/', 'ctrl'))).toBe('list');
  expect(actionOf(pressed('Escape', 'shift'))).toBe('question');
  for (const nothing of [pressed('o'), pressed('/'), pressed('k', 'ctrl', 'shift'), pressed('Escape'), pressed('k', 'ctrl', 'alt')]) expect(actionOf(nothing)).toBeNull();
});

test('Escape in a dialog, a menu or the source is not for the answer', () => {
  document.body.innerHTML = '<div role="dialog"><button></button></div><aside aria-label="Source"><i></i></aside><main><b></b></main>';
  const at = (selector: string) => ({ target: document.querySelector(selector), defaultPrevented: false, shiftKey: false });
  expect(['button', 'i', 'b'].map((selector) => isFree(at(selector)))).toEqual([false, false, true]);
  expect(isFree({ ...at('b'), defaultPrevented: true })).toBe(false);
});
