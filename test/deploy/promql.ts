/** Expressions of Prometheus: whether they are valid, and which metrics and labels they name. */
import { parser } from '@prometheus-io/lezer-promql';

export interface Selected {
  readonly metric: string;
  readonly labels: readonly string[];
}

export interface Expression {
  /** Where it is not valid; empty if it is. */
  readonly errors: readonly string[];
  readonly selected: readonly Selected[];
  /** Labels by which it groups or matches. */
  readonly grouped: readonly string[];
}

/** `$variables` of Grafana stand for a text. */
export function readExpression(text: string): Expression {
  const errors: string[] = [];
  const selected: { metric: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  parser.parse(text).iterate({
    enter(node) {
      const said = text.slice(node.from, node.to);
      if (node.type.isError) errors.push(`at ${node.from}: ${text.slice(node.from, node.from + 20)}`);
      if (node.name === 'VectorSelector') selected.push({ metric: '', labels: [] });
      const last = selected.at(-1);
      const inSelector = node.node.parent?.name === 'VectorSelector';
      if (node.name === 'Identifier' && inSelector && last) last.metric = said;
      if (node.name !== 'LabelName') return;
      const isMatcher = node.node.parent?.name.endsWith('Matcher') === true;
      if (isMatcher) last?.labels.push(said);
      else grouped.push(said);
    },
  });
  return { errors, selected, grouped };
}
