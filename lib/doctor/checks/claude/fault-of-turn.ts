/** Decides who is at fault for a turn of the real client that did not end with an answer. */
import { claudePackage } from '../../../clients/claude-package.ts';
import { installCommand } from '../../../clients/find.ts';
import { printableLine } from '../../../printable.ts';
import { toText } from '../../../json.ts';
import type { Turn } from '../../claude/turn.ts';
import type { WireFormat } from '../../../wire/formats.ts';
import type { Remedy } from '../../check.ts';
import { CheckFailure, refusalOf } from '../../laws/fault.ts';
import { judgeUpstream } from '../../laws/upstream-laws.ts';

export const startAlone: Remedy = {
  text: 'see whether it starts without occ; if it is damaged, install it again',
  commands: ['claude --version', installCommand(claudePackage)],
};

/** The model that answered. */
interface Answering {
  live: boolean;
  /** For messages: `opencode-go/glm-5.3`. */
  name: string;
  format: WireFormat;
  gateway: boolean;
}

export function faultOfTurn({ client, upstream, sent }: Turn, model: Answering): CheckFailure {
  const { ended, result, complaint } = client;
  const said = printableLine(toText(result?.['result']) || complaint).slice(0, 300);
  const how = ended === undefined ? 'could not be started' : `ended with ${ended}`;
  if (sent.length === 0)
    return new CheckFailure('client', `Claude Code ${how} and sent no request${said && `: ${said}`}`, {
      remedy: startAlone,
    });
  const side = upstream.at(-1);
  const refusal = side && refusalOf(side, model.format, model.gateway);
  if (refusal) {
    const status = refusal.error.status ?? '';
    return new CheckFailure(
      model.live ? (refusal.class === 'client' ? 'occ' : 'provider') : 'occ',
      `${model.name} refused with ${status}: ${refusal.error.message}`,
    );
  }
  const broken = side?.status === undefined ? side?.reason : judgeUpstream(side, model.format).broken;
  if (model.live && (broken !== undefined || side?.ended === 'broken'))
    return new CheckFailure('provider', `${model.name} ${broken ?? 'broke the connection'}`);
  if (result === undefined)
    return new CheckFailure('client', `Claude Code ${how} without a result${said && `: ${said}`}`, {
      remedy: startAlone,
    });
  return new CheckFailure('occ', `${model.name} sent a valid answer, but Claude Code shows: ${said}`);
}
