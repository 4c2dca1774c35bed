/** A process that loads a file like one worker with one slot, and answers with the cost of each stage. */
import { answer, receiveTask } from '../processes/children.ts';
import { stagedLoad } from '../stages/staged-load.ts';

await answer(await stagedLoad(await receiveTask<Parameters<typeof stagedLoad>[0]>()));
