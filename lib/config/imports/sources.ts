/** The tools whose configurations can be imported, in the order in which they are looked for. */
import { claudeCodeRouter } from './claude-code-router.ts';
import { cliProxyApi } from './cliproxyapi.ts';
import { ocGoCc } from './oc-go-cc.ts';
import { routaticProxy } from './routatic-proxy.ts';
import type { ImportSource } from './source.ts';

export const importSources: readonly ImportSource[] = [ocGoCc, routaticProxy, claudeCodeRouter, cliProxyApi];
