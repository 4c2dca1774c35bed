// Writes the generated documents: docs/errors.md from the table of errors, and docs/cli.md from the program's help.
// Tests compare them with what this script would write.
import { writeFileSync } from 'node:fs';
import { cliDocument, errorsDocument } from '../dist/cli/documents.js';

writeFileSync('docs/errors.md', errorsDocument());
writeFileSync('docs/cli.md', await cliDocument());
