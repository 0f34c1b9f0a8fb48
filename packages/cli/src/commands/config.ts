import type { Command } from 'commander';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import { addConfigAdd } from './config-add.js';
import { addConfigImport } from './config-import.js';

const EXAMPLES = `
Examples:
  store config add photos
  store config check
  store config schema > store.schema.json
`;

export function addConfig(program: Command, run: Run): void {
  const config = program.command('config').addHelpText('after', EXAMPLES).description('the configuration');
  config
    .command('check')
    .description('check every store of the configuration, without contacting any')
    .action(() =>
      run(async ({ output, session }) => {
        const { path, config } = await session.checkConfig();
        await output.result(`${path}: ok`);
        const names = Object.keys(config.stores);
        const standard = config.default ?? (names.length === 1 ? names[0] : undefined);
        for (const [name, { provider }] of Object.entries(config.stores)) {
          await output.result(`  ${name}: ${provider}${name === standard ? ' (default)' : ''}`);
        }
        return EXIT.complete;
      }),
    );
  addConfigAdd(config, run);
  addConfigImport(config, run);
  config
    .command('schema')
    .description('the JSON Schema of the configuration, for editors; with the adapters of --adapter')
    .action(() =>
      run(async ({ output, session }) => {
        const extras = await session.extraAdapters;
        const { shippedSchema, withAdapters } = await import('../config-schema.js');
        await output.resultJson(
          extras.length === 0 ? shippedSchema() : withAdapters(shippedSchema(), extras),
        );
        return EXIT.complete;
      }),
    );
}
