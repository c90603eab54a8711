// The front page: what this is, in one breath, and the way in.
import Link from 'next/link';
import { Header } from '@/components/shell/header';

const PROMISES = [
  ['Answers with proof', 'Each claim carries its source: the document, the page, the very words, marked where they stand.'],
  ['Checked, not trusted', 'A quotation is looked up in the document before you see it, and says whether it was found.'],
  ['Nothing gets lost', 'Close the tab in mid-answer and come back: the work goes on, and so does the text.'],
] as const;

export default function Home() {
  return (
    <>
      <Header home="/" />
      <main id="main" className="mx-auto max-w-5xl px-5 pt-16 pb-20 sm:pt-28">
        <h1 className="max-w-3xl text-4xl leading-[1.1] font-semibold tracking-tight text-balance sm:text-6xl">
          <span className="sm:block">Ask your documents.</span> <span className="sm:block">Check the answers.</span>
        </h1>
        <p className="mt-6 max-w-xl text-lg text-muted">
          Opentrace reads your files and answers from them alone, and shows you where every answer comes from.
        </p>
        <Link
          href="/projects"
          className="mt-9 inline-flex h-11 items-center rounded-xl bg-accent px-6 font-medium text-on-accent transition-colors hover:bg-accent-strong"
        >
          Open your projects
        </Link>
        <ul className="mt-20 grid gap-8 border-t border-line pt-10 sm:grid-cols-3">
          {PROMISES.map(([title, text]) => (
            <li key={title}>
              <h2 className="font-semibold">{title}</h2>
              <p className="mt-1.5 text-muted">{text}</p>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}
