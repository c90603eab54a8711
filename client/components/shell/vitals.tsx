// Measures what people feel; the figures stay in the page, as performance marks for whoever looks.
'use client';
import { useEffect } from 'react';

export function Vitals() {
  useEffect(() => {
    import('web-vitals').then(({ onCLS, onINP, onLCP }) => {
      for (const watch of [onCLS, onINP, onLCP]) {
        watch(({ name, value }) => performance.mark(`web-vitals:${name}`, { detail: value }), { reportAllChanges: true });
      }
      // Without it nothing is measured, and nobody misses anything.
    }, () => {});
  }, []);
  return null;
}
