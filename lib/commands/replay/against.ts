/** Asks a model what a capture asked, and compares its answer with the recorded one. */
import { resolve } from 'node:path';
import { askedBy } from '../../captures/asked.ts';
import type { Capture } from '../../captures/capture.ts';
import { firstDifference } from '../../captures/difference.ts';
import { run } from '../../captures/replay.ts';
import { choose, providerOf, withChoice } from '../../clients/choice.ts';
import { loadSettings } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { exitCodes } from '../../errors.ts';
import { requireKey } from '../../host/host.ts';
import { lazyEmulator } from '../../host/emulator.ts';
import { silent } from '../../log/log.ts';
import { systemClock } from '../../proxy/clock.ts';
import { planRoutes } from '../../proxy/policy/route.ts';
import type { Plan } from '../../proxy/policy/plan.ts';
import type { EndedRequest } from '../../proxy/recent.ts';
import { describeBreak, describeFailures } from '../../proxy/policy/words.ts';
import { openUpstream } from '../../proxy/upstream.ts';
import { quote } from '../../shell-word.ts';
import { withProgress } from '../../terminal/progress.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { show, toResult, type ReplayOptions } from './result.ts';

/** Resolves to the exit code. */
export async function runAgainst(
  capture: Capture,
  model: string,
  { config }: ReplayOptions,
  system: System,
  output: Output,
): Promise<number> {
  const provider = providerOf(model);
  const loaded = await loadSettings({
    configFile: config === undefined ? undefined : resolve(system.cwd, config),
    env: system.env,
    home: system.home,
    ...(provider !== undefined && { use: [provider] }),
  });
  const choice = choose(model, loaded.settings);
  const emulator = lazyEmulator(provider === 'emulator', silent);
  const upstream = await openUpstream({ ...system.env });
  try {
    const settings = await emulator.apply(withChoice(loaded.settings, choice));
    const plan = await planFor(capture, choice.id, settings);
    const [first] = plan.candidates;
    requireKey(settings, first?.provider.name, model);
    const gone = new AbortController();
    // Only this model is asked, without what was known of others then.
    const asked: Capture = {
      ...capture,
      plan: { reason: plan.reason, candidates: [], passedOver: [] },
      barriers: [],
    };
    const work = run(asked, {
      candidates: first ? [first] : [],
      settings,
      clock: systemClock,
      upstream,
      gone: gone.signal,
    });
    const answer = await withProgress(output, `asking ${model}`, work);
    const difference = firstDifference(
      withoutOwn(capture.reply),
      withoutOwn(answer),
      capture.dropped !== undefined,
    );
    const failure = failureOf(answer.record);
    show({ ...toResult(capture, answer, difference ?? null), against: model, failure }, system, output);
    if (failure !== null && !output.json && first !== undefined && provider !== 'emulator')
      output.info(`  ${nextFor(answer.record, first.provider.name, model)}`);
    return exitCodeOf(answer.record);
  } finally {
    await upstream.close();
    await emulator.close();
  }
}

async function planFor(capture: Capture, id: string, settings: Settings): Promise<Plan> {
  const { request } = await askedBy(capture);
  return planRoutes({ request: { ...request, model: id }, inputTokens: capture.inputTokens }, settings);
}

/** Without the headers that name the model and the request, which differ in any case. */
function withoutOwn<Side extends { headers: Readonly<Record<string, string>> }>(side: Side): Side {
  const { 'x-occ-model': _model, 'x-occ-attempts': _attempts, ...headers } = side.headers;
  return { ...side, headers };
}

/** Why the model has not answered, in the words of its provider; null if it has. */
function failureOf({ ending, attempts, passedOver }: EndedRequest): string | null {
  if (ending === 'answered') return null;
  const failed = attempts.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  const last = failed.at(-1);
  if (ending === 'cut' && last !== undefined) return describeBreak(last);
  return describeFailures(failed, passedOver);
}

/** The command that looks for the cause. */
function nextFor({ attempts }: EndedRequest, provider: string, model: string): string {
  const last = attempts.at(-1);
  if (last?.class === 'credentials') return `occ doctor key --provider ${quote(provider)}`;
  if (last?.trouble === 'connect') return `occ doctor reachable --provider ${quote(provider)}`;
  return `occ doctor model --model ${quote(model)}`;
}

/** An answer that differs is no failure: no two answers of a model are alike. */
function exitCodeOf({ ending, attempts }: EndedRequest): number {
  if (ending === 'answered') return exitCodes.ok;
  const last = attempts.at(-1);
  if (last?.class === 'credentials') return exitCodes.refused;
  return last?.trouble === 'connect' ? exitCodes.unreachable : exitCodes.failed;
}
