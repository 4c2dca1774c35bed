/** What looks at files and definitions for people who upload them. `landfall init` has it: cli/init/inspect.ts. */
import type { Inspection } from '../../../platform/progress/inspection.ts';

export interface InspectOptions {
  /** Reads the file as this dataset. Default: the one that its header fits. */
  readonly dataset?: string;
  /** What a new dataset is called. Default: from the file's name. */
  readonly as?: string;
  /** What people call the file. Default: the end of its path. */
  readonly name?: string;
}

export interface Inspector {
  /** Throws what says why the file cannot be read, LF_DATASET_UNKNOWN, LF_INIT. */
  inspect(path: string, options: InspectOptions): Promise<Inspection>;
  /** Throws LF_INIT_BROKEN where the definition cannot be used, or defines another dataset. */
  checkDefinition(source: string, name: string): Promise<void>;
}
