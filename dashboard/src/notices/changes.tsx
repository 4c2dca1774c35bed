/** What changes something. A token that may only look has it disabled, with the reason. */
import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** Whether whoever reads the page may only look. The server refuses such a reader in any case. */
export const OnlyLooks = createContext(false);

/** `brief`: without the reason in words, where it stands beside others that have it. */
export function Changes({ children, brief = false }: { children: ComponentChildren; brief?: boolean }) {
  if (!useContext(OnlyLooks)) return <>{children}</>;
  return (
    <fieldset class="changes" disabled title={reason}>
      {children}
      {!brief && <p class="small quiet">{reason}</p>}
    </fieldset>
  );
}

const reason = 'Your token may look, and change nothing: that needs the role operate.';
