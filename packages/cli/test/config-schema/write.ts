import { writeFileSync } from 'node:fs';
import { documentedSchema, SCHEMA_FILE } from './documented-schema.js';

writeFileSync(SCHEMA_FILE, await documentedSchema());
