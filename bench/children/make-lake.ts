/** The parent of the processes that make a lake, in a process of its own so that its start counts too. */
import { answer, receiveTask } from '../processes/children.ts';
import { makeLake } from '../sides/lake-run.ts';

const { path, lake, processes } = await receiveTask<{ path: string; lake: string; processes: number }>();
await answer(await makeLake(path, lake, processes));
