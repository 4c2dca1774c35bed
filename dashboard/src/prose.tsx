/** The text of errors and fixes. Text in `backticks` is a command that can be copied. */
import { useState } from 'preact/hooks';

export function Prose({ text }: { text: string }) {
  return (
    <>
      {text
        .split(/`([^`]+)`/)
        .map((piece, i) => (i % 2 === 0 ? piece : <Command key={piece} text={piece} />))}
    </>
  );
}

/** Copies a text, and says for a moment that it has. */
function useCopy(text: string): { copied: boolean; copy(): void } {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return { copied, copy };
}

/** A named text of any length, with a button that copies it if the browser allows that. */
export function Copy({ name, text }: { name: string; text: string }) {
  const { copied, copy } = useCopy(text);
  return (
    <div class="copied">
      <span class="quiet">{name}</span>
      <pre>{text}</pre>
      {navigator.clipboard && (
        <button type="button" class="ask" onClick={copy} aria-label={`Copy ${name}`}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}

/** A command, with a button that copies it if the browser allows that. */
export function Command({ text }: { text: string }) {
  const { copied, copy } = useCopy(text);
  return (
    <span class="command">
      <code>{text}</code>
      {navigator.clipboard && text.includes(' ') && (
        <button type="button" onClick={copy} aria-label={`Copy: ${text}`}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </span>
  );
}
