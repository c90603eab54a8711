// Renames a document; the name is the one that answers cite.
'use client';
import { Dialog } from '@/components/ui/dialog';
import { RenameForm } from '@/components/ui/rename-form';

interface RenameProps {
  document: { id: string; name: string };
  isOpen: boolean;
  onClose: () => void;
  rename: (id: string, name: string) => Promise<void>;
}

export function RenameDocument({ document, isOpen, onClose, rename }: RenameProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Rename document">
      <RenameForm label="Name" value={document.name} onClose={onClose} rename={(name) => rename(document.id, name)} />
    </Dialog>
  );
}
