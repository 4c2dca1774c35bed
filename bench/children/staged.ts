/** A process that loads a file as one worker with one slot would, and answers with what each stage cost. */
import { answer, receiveTask } from '../processes/children.ts';
import { stagedLoad } from '../stages/staged-load.ts';

await answer(await stagedLoad(await receiveTask<Parameters<typeof stagedLoad>[0]>()));
