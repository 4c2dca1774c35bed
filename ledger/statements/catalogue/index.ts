// Written by `npm run statements` from the headers of ddl/statements.
import type { ActionsStatements } from './actions.ts';
import type { ArchiveStatements } from './archive.ts';
import type { ChunksStatements } from './chunks.ts';
import type { DefinitionsStatements } from './definitions.ts';
import type { DeliveriesStatements } from './deliveries.ts';
import type { FilesStatements } from './files.ts';
import type { GroupsStatements } from './groups.ts';
import type { MartsStatements } from './marts.ts';
import type { PartsStatements } from './parts.ts';
import type { ProgressStatements } from './progress.ts';
import type { RejectsStatements } from './rejects.ts';
import type { RenewalStatements } from './renewal.ts';
import type { RunsStatements } from './runs.ts';
import type { ScansStatements } from './scans.ts';
import type { SchedulesStatements } from './schedules.ts';
import type { ScopesStatements } from './scopes.ts';
import type { SnapshotsStatements } from './snapshots.ts';
import type { UndoStatements } from './undo.ts';
import type { UniqueStatements } from './unique.ts';
import type { VerificationStatements } from './verification.ts';

export interface Statements
  extends ActionsStatements,
    ArchiveStatements,
    ChunksStatements,
    DefinitionsStatements,
    DeliveriesStatements,
    FilesStatements,
    GroupsStatements,
    MartsStatements,
    PartsStatements,
    ProgressStatements,
    RejectsStatements,
    RenewalStatements,
    RunsStatements,
    ScansStatements,
    SchedulesStatements,
    ScopesStatements,
    SnapshotsStatements,
    UndoStatements,
    UniqueStatements,
    VerificationStatements {}
