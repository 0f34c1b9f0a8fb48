import { mkdirSync, writeFileSync } from 'node:fs';
import { MAN_FILE, manPage } from './man-page.js';

mkdirSync(new URL('.', MAN_FILE), { recursive: true });
writeFileSync(MAN_FILE, await manPage());
