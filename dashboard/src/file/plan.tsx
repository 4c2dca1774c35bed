/** Actions that say what they would do before they are done. */
import { useState } from 'preact/hooks';
import type { Refusal } from '../stream/ask.ts';

/** An action that is asked about first. */
export interface Plan {
  /** In the infinitive: `Undo the file`. */
  readonly name: string;
  /** What it would do, a line each. */
  readonly lines: readonly string[];
  /** Does it, and says what was done. */
  run(): Promise<Outcome>;
}

export interface Outcome {
  readonly lines: readonly string[];
  /** The file that is being loaded. */
  readonly fileId: number | null;
}

/** The plan that a person is asked about, and what became of the last one. `onDone`: called when one has been run. */
export function usePlan(onDone: () => void = () => {}) {
  const [plan, setPlan] = useState<Plan | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  /** Runs a step; what it is refused for is shown. */
  const step = async (work: () => Promise<void>) => {
    setRefusal(null);
    setOutcome(null);
    setBusy(true);
    try {
      await work();
    } catch (error) {
      setPlan(null);
      setRefusal(error as Refusal);
    }
    setBusy(false);
  };
  const run = (chosen: Plan) =>
    step(async () => {
      setOutcome(await chosen.run());
      setPlan(null);
      onDone();
    });
  return { plan, setPlan, outcome, refusal, isBusy, step, run };
}

/** What an action would do, before it is done. */
export function Confirm(props: { plan: Plan; busy: boolean; run(): void; cancel(): void }) {
  const { plan, busy, run, cancel } = props;
  return (
    <div class="confirm" role="alertdialog" aria-label={plan.name}>
      <p>
        <b>{plan.name}</b>
      </p>
      <ul class="small">
        {plan.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <div class="actions">
        <button
          type="button"
          class="button strong"
          disabled={busy}
          onClick={run}
          // biome-ignore lint/a11y/noAutofocus: the reader has just asked for this.
          autoFocus
        >
          {plan.name}
        </button>
        <button type="button" class="button" disabled={busy} onClick={cancel}>
          Cancel
        </button>
      </div>
    </div>
  );
}
