// Writes the generated documents: docs/errors.md from the table of errors, docs/cli.md from the program's
// help, and docs/operations/metrics.md from the table of metrics.
// Tests compare them with what this script would write.
import { writeFileSync } from 'node:fs';
import { cliDocument, errorsDocument, metricsDocument } from '../dist/cli/documents.js';

writeFileSync('docs/errors.md', errorsDocument());
writeFileSync('docs/cli.md', await cliDocument());
writeFileSync('docs/operations/metrics.md', metricsDocument());
