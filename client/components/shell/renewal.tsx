// Says that a part of the page's code is gone, and offers the page anew: nothing that is being written is lost unasked.
'use client';
import { useSyncExternalStore } from 'react';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icons';
import { MISSING } from '@/lib/missing';

export function Renewal() {
  const isMissing = useSyncExternalStore(MISSING.subscribe, MISSING.isReported, () => false);
  if (!isMissing) return null;
  return (
    <div role="status" className="fixed inset-x-3 top-16 z-50 mx-auto flex w-fit items-center gap-2.5 rounded-xl border border-line bg-raised py-1.5 pr-1.5 pl-3.5 text-sm shadow-pop">
      <Icon name="info" className="text-accent" />
      <span>A part of this page could not be loaded. Opentrace may have been updated.</span>
      <Button weight="primary" icon="retry" onClick={() => location.reload()}>
        Reload
      </Button>
    </div>
  );
}
