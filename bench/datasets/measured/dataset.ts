import { measured } from './measured.ts';

export default measured('rows');
