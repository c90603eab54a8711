// Thumbs for an answer; the choice shows at once, and a bad one may say why.
'use client';
import { useMutation } from '@apollo/client/react';
import { useState, type FormEvent } from 'react';
import { payloadOf, sentenceOf } from '@/apollo/outcome';
import { Button, IconButton } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field, INPUT } from '@/components/ui/field';
import { useToast } from '@/components/ui/toast';
import { RateMessageDocument, type MessagePartsFragment } from '@/gql/graphql';

const REASONS = ['Not correct', 'Not in my documents', 'Sources do not fit', 'Incomplete', 'Hard to read'] as const;

interface Given {
  positive: boolean;
  reason: string | null;
  comment: string | null;
}

export function Rating({ message }: { message: Pick<MessagePartsFragment, 'id' | 'feedback'> }) {
  const say = useToast();
  const [isAsking, setIsAsking] = useState(false);
  const [rate] = useMutation(RateMessageDocument);

  /** Whether it was kept; if not, why was said. */
  async function give(given: Given): Promise<boolean> {
    try {
      const { data } = await rate({
        variables: { input: { messageId: message.id, ...given } },
        optimisticResponse: {
          rateMessage: { __typename: 'MessagePayload', answer: { __typename: 'Message', id: message.id, feedback: { __typename: 'Feedback', ...given } } },
        },
      });
      payloadOf(data?.rateMessage);
      return true;
    } catch (error) {
      say(sentenceOf(error), { isError: true });
      return false;
    }
  }

  /** The dialog stays, with what was written, until it is kept. */
  async function complain(given: Given) {
    if (!(await give(given))) return;
    setIsAsking(false);
    say('Thank you. It is kept with the answer.');
  }

  const positive = message.feedback?.positive;
  return (
    <>
      <IconButton icon="up" label="Good answer" isOn={positive === true} onClick={() => void give({ positive: true, reason: null, comment: null })} />
      <IconButton icon="downvote" label="Bad answer" isOn={positive === false} onClick={() => setIsAsking(true)} />
      <Dialog isOpen={isAsking} onClose={() => setIsAsking(false)} title="What was wrong?">
        <Why onCancel={() => setIsAsking(false)} onGive={(given) => void complain(given)} />
      </Dialog>
    </>
  );
}

function Why({ onGive, onCancel }: { onGive: (given: Given) => void; onCancel: () => void }) {
  const [reason, setReason] = useState<string | null>(null);
  const [comment, setComment] = useState('');

  function send(event: FormEvent) {
    event.preventDefault();
    onGive({ positive: false, reason, comment: comment.trim() || null });
  }

  return (
    <form onSubmit={send}>
      <fieldset className="mb-4">
        <legend className="sr-only">Reason</legend>
        <div className="flex flex-wrap gap-2">
          {REASONS.map((each) => (
            <label key={each} className="cursor-pointer rounded-full border border-line px-3 py-1 text-sm has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent">
              <input type="radio" name="reason" value={each} checked={reason === each} onChange={() => setReason(each)} className="sr-only" />
              {each}
            </label>
          ))}
        </div>
      </fieldset>
      <Field label="Anything else?">
        {(wiring) => <textarea {...wiring} rows={3} maxLength={2000} value={comment} onChange={(event) => setComment(event.target.value)} className={INPUT} />}
      </Field>
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" weight="primary">Send</Button>
      </DialogActions>
    </form>
  );
}
