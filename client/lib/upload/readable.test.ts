import { expect, test } from 'vitest';
import { hopeless, typeOf } from './readable';

test('what can never be read is told before it is sent', () => {
  expect(hopeless({ name: 'empty.pdf', type: 'application/pdf', size: 0 })).toBe('The file is empty.');
  expect(hopeless({ name: 'Setup.EXE', type: 'application/octet-stream', size: 9 })).toBe('Files that end in .exe cannot be read.');
  expect(hopeless({ name: 'song.mp3', type: 'audio/mpeg', size: 9 })).toBe('Files that end in .mp3 cannot be read.');
  expect(hopeless({ name: 'Makefile', type: '', size: 9 })).toBe('Files of this kind cannot be read.');
});

test('what the server may know is left to the server', () => {
  expect(hopeless({ name: 'notes.md', type: '', size: 9 })).toBeNull();
  expect(hopeless({ name: 'report', type: 'application/pdf', size: 9 })).toBeNull();
  expect(hopeless({ name: 'server.log', type: 'text/plain', size: 9 })).toBeNull();
});

test('an ending says the type where the system knows none', () => {
  expect(typeOf({ name: 'notes.MD', type: '' })).toBe('text/markdown');
  expect(typeOf({ name: 'scan.png', type: 'image/png' })).toBe('image/png');
  expect(typeOf({ name: 'unknown', type: '' })).toBe('application/octet-stream');
});
