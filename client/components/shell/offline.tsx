// A bar that says the network is gone, and that nothing is lost by it.
'use client';
import { useSyncExternalStore } from 'react';
import { Icon } from '@/components/ui/icons';

function subscribe(notify: () => void) {
  window.addEventListener('online', notify);
  window.addEventListener('offline', notify);
  return () => {
    window.removeEventListener('online', notify);
    window.removeEventListener('offline', notify);
  };
}

export function Offline() {
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine, () => true);
  if (isOnline) return null;
  return (
    <div role="status" className="pointer-events-none fixed inset-x-3 top-16 z-50 mx-auto flex w-fit items-center gap-2 rounded-xl bg-warn-soft px-4 py-2 text-sm text-warn shadow-pop">
      <Icon name="warn" />
      <span>
        You are offline.<span className="max-sm:sr-only"> What runs on the server goes on; this page catches up when you are back.</span>
      </span>
    </div>
  );
}
