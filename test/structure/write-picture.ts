// Draws docs/architecture.svg anew, from the imports that the code has.
//
//   npm run picture
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './imports.js';
import { architectureSvg } from './picture.js';

writeFileSync(join(ROOT, 'docs/architecture.svg'), await architectureSvg());
