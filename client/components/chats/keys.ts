// What the keys of the chat mean.

export type KeyAction = 'new' | 'search' | 'list' | 'question';

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** What a key asks for anywhere on the page; null: nothing of ours. */
export function actionOf({ key, ctrlKey, metaKey, shiftKey, altKey }: Pressed): KeyAction | null {
  if (altKey) return null;
  if (shiftKey && key === 'Escape') return 'question';
  if (!ctrlKey && !metaKey) return null;
  if (shiftKey && key.toLowerCase() === 'o') return 'new';
  if (!shiftKey && key.toLowerCase() === 'k') return 'search';
  return key === '/' ? 'list' : null;
}

/** Whether Escape is for the chat itself, and not for what lies over it. */
export function isFree(event: Pick<KeyboardEvent, 'defaultPrevented' | 'shiftKey' | 'target'>): boolean {
  if (event.defaultPrevented || event.shiftKey) return false;
  return !(event.target instanceof Element && event.target.closest('[role=dialog], [role=menu], [aria-label=Source]'));
}
