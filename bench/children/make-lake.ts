/** The parent of the processes that make a lake. It is a separate process, so that its start is timed too. */
import { answer, receiveTask } from '../processes/children.ts';
import { makeLake } from '../sides/lake-run.ts';

const { path, lake, processes } = await receiveTask<{ path: string; lake: string; processes: number }>();
await answer(await makeLake(path, lake, processes));
