// A modal dialog: focus goes in, stays in, and comes back; Escape and the backdrop close it.
'use client';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './button';

interface DialogProps {
  isOpen: boolean;
  /** Whether only its own buttons close it: for what would be lost. */
  isFirm?: boolean;
  onClose: () => void;
  /** What gets the focus at first: a field that people came to fill, or the dialog, which opens no keyboard on a phone. */
  focus?: 'field' | 'dialog';
  title: string;
  description?: ReactNode;
  children: ReactNode;
}

export function Dialog({ isOpen, isFirm = false, onClose, focus = 'field', title, description, children }: DialogProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <Radix.Content
          onOpenAutoFocus={(event) => lead(event, focus)}
          onEscapeKeyDown={(event) => isFirm && event.preventDefault()}
          onInteractOutside={(event) => isFirm && event.preventDefault()}
          {...(description ? {} : { 'aria-describedby': undefined })}
          className="fixed top-1/2 left-1/2 z-50 max-h-[90dvh] w-[calc(100vw-2rem)] max-w-md -translate-1/2 animate-rise overflow-y-auto rounded-2xl border border-line bg-raised p-5 shadow-pop focus:outline-none"
        >
          <div className="mb-3 flex items-start justify-between gap-3">
            <Radix.Title className="pt-1 text-lg leading-snug font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton icon="close" label="Close" className="-mt-1 -mr-2" />
            </Radix.Close>
          </div>
          {description && <Radix.Description asChild><div className="mb-4 text-sm text-muted">{description}</div></Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Leads the focus past the way out, which comes first in the order of the page. */
function lead(event: Event, focus: 'field' | 'dialog') {
  const content = event.currentTarget;
  if (!(content instanceof HTMLElement)) return;
  const wanted = focus === 'dialog' ? content : content.querySelector<HTMLElement>('input, textarea, select') ?? content.querySelector<HTMLElement>('[data-actions] button');
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
}

/** The row of buttons at a dialog's foot. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div data-actions className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}
