import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where journals are kept that were not asked for elsewhere: in the user's state, as the XDG directories have it. */
export function runsDirectory(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  return join(stateDirectory(env, platform), 'store', 'runs');
}

function stateDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const asked = env['XDG_STATE_HOME'];
  // One that is relative is to be ignored, says the specification.
  if (asked !== undefined && isAbsolute(asked)) return asked;
  const local = env['LOCALAPPDATA'];
  if (platform === 'win32')
    return local !== undefined && isAbsolute(local) ? local : join(homedir(), 'AppData', 'Local');
  return join(homedir(), '.local', 'state');
}
