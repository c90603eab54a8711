import { expect, test } from 'vitest';
import { toAll } from './actions';

test('what is done to many is told as it goes, and one that fails holds up no other', async () => {
  const told: number[] = [];
  const done: string[] = [];
  const act = async (id: string) => {
    if (id === 'c') throw new Error('refused');
    done.push(id);
  };
  const failures = await toAll(['a', 'b', 'c', 'd', 'e', 'f'], act, (numDone) => told.push(numDone));
  expect(failures).toEqual([new Error('refused')]);
  expect(done.sort()).toEqual(['a', 'b', 'd', 'e', 'f']);
  expect(told).toEqual([1, 2, 3, 4, 5, 6]);
});
