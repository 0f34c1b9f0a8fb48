// `npm run site`: the API reference of all public packages, written into docs/site. It reads the sources, so that a type
// of one package is linked where another one uses it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, ConsoleLogger, LogLevel } from 'typedoc';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, 'docs/site');

const directories = ['core', ...['adapters', 'packages', 'integrations'].flatMap(below)];
/** What can be imported, and the file that it is. */
const modules = new Map(directories.flatMap(exportsOf));

/** Types that come out of schemas have a comment for what is read and one for what is given, which is the same. */
class Logger extends ConsoleLogger {
  log(message, level) {
    if (!message.includes('has multiple declarations with a comment')) super.log(message, level);
  }
}

const app = await Application.bootstrapWithPlugins({
  name: 'Store',
  entryPoints: [...modules.values()],
  tsconfig: join(ROOT, 'docs/typedoc/tsconfig.json'),
  compilerOptions: { paths: Object.fromEntries(Array.from(modules, ([name, file]) => [name, [file]])) },
  out: OUT,
  readme: 'none',
  includeVersion: false,
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  logLevel: 'Warn',
  validation: { notExported: false, invalidLink: true, notDocumented: false, rewrittenLink: false },
});
app.logger = new Logger();
app.logger.level = LogLevel.Warn;
const project = await app.convert();
if (!project) process.exit(1);
// TypeDoc calls a module by the path of its file.
const names = new Map(
  Array.from(modules, ([name, file]) => [relative(ROOT, file).replace(/(\/index)?\.ts$/, ''), name]),
);
for (const child of project.children ?? []) child.name = names.get(child.name) ?? child.name;
app.validate(project);
await app.generateOutputs(project);
// A link that leads nowhere is one, too.
if (app.logger.hasErrors() || app.logger.validationWarningCount > 0) process.exit(1);
console.log(
  `${modules.size} modules of ${directories.length} packages: ${relative(process.cwd(), join(OUT, 'index.html'))}`,
);

function below(directory) {
  return readdirSync(join(ROOT, directory)).map((name) => `${directory}/${name}`);
}

function exportsOf(directory) {
  const {
    name,
    private: isPrivate,
    exports = {},
  } = JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8'));
  if (isPrivate) return [];
  return Object.entries(exports).flatMap(([path, target]) => {
    const source = join(
      ROOT,
      directory,
      String(target.types)
        .replace('./dist/', 'src/')
        .replace(/\.d\.ts$/, '.ts'),
    );
    return existsSync(source) ? [[name + path.slice(1), source]] : [];
  });
}
