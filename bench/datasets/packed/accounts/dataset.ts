import { measured } from '../../measured/measured.ts';

export default measured('packed');
