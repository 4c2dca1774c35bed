/** What a dataset definition imports: `import { defineDataset, text } from 'landfall'`. */
export type { CompiledDataset } from './compiled.ts';
