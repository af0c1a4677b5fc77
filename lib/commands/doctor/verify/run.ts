/** Runs `occ doctor verify`: says what it costs, asks, prints what was found for each model, and keeps the score. */
import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { providerOf } from '../../../clients/choice.ts';
import { loadSettings, type LoadedSettings } from '../../../config/load.ts';
import { findPlaces } from '../../../config/paths.ts';
import { saveEvidence } from '../../../doctor/evidence.ts';
import { CheckFailure } from '../../../doctor/laws/fault.ts';
import { expectedOf, type Expected } from '../../../doctor/verify/cost.ts';
import { changesSince, readRuns, storeRun, toStored } from '../../../doctor/verify/history.ts';
import { drawValues, type Values } from '../../../doctor/verify/values.ts';
import { claimsOfSubject, verifyModel, type ModelSubject } from '../../../doctor/verify/verify.ts';
import { exitCodes, OccError } from '../../../errors.ts';
import { redactorFor } from '../../../proxy/secrets.ts';
import { version } from '../../../version.ts';
import { count } from '../../../terminal/figures.ts';
import type { GlobalOptions, System } from '../../../terminal/command-context.ts';
import type { Output } from '../../../terminal/output.ts';
import { openLiveLine } from '../../../terminal/progress.ts';
import { canAsk, openPrompts } from '../../../terminal/prompts.ts';
import { listenForSignals } from '../../../terminal/signals.ts';
import { widthOf } from '../../../terminal/width.ts';
import { usualBudget } from './budget.ts';
import { renderModel, renderTotal, type ModelResult } from './page.ts';
import { subjectsFor } from './subjects.ts';

export interface VerifyOptions extends GlobalOptions {
  model?: string[];
  budget?: number;
  yes?: boolean;
  config?: string;
}

interface Work {
  loaded: LoadedSettings;
  subjects: readonly ModelSubject[];
  /** By the name of the model. */
  values: ReadonlyMap<string, Values>;
  /** Requests for all models together. */
  budget: number;
}

/** Resolves to the exit code. `misplaced` is an option before the word verify. */
export async function runVerify(
  options: VerifyOptions,
  misplaced: string | undefined,
  system: System,
  output: Output,
): Promise<number> {
  if (misplaced !== undefined) refuseMisplaced(misplaced);
  const refs = options.model ?? ['default'];
  const loaded = await loadSettings({
    configFile: options.config === undefined ? undefined : resolve(system.cwd, options.config),
    env: system.env,
    home: system.home,
    use: refs.flatMap((ref) => providerOf(ref) ?? []),
  });
  const subjects = subjectsFor(refs, loaded.settings);
  const work: Work = {
    loaded,
    subjects,
    values: new Map(subjects.map(({ name }) => [name, drawValues(random)])),
    budget: options.budget ?? usualBudget * subjects.length,
  };
  output.info(`occ: ${announcement(work)}`);
  if (options.yes !== true) await askToBegin(system, output);
  const { results, interrupted } = await verifyAll(work, system, output);
  if (output.json) output.printJson({ interrupted, lies: liesIn(results), models: results });
  else for (const line of renderTotal(results, interrupted, output.style)) output.print(line);
  if (interrupted) return exitCodes.interrupted;
  if (liesIn(results) > 0) return exitCodes.failed;
  return results.some(({ score }) => score !== null) ? exitCodes.ok : exitCodes.usage;
}

/** From 0 to below 1. */
function random(): number {
  return randomInt(2 ** 32) / 2 ** 32;
}

/** An option of doctor's checks does not belong to this command; `--offline` above all must not be ignored. */
function refuseMisplaced(option: string): never {
  throw new OccError('usage', `doctor ${option} before the word verify does not belong to it`, {
    exitCode: exitCodes.usage,
    remedy: 'put the options after the word verify; occ help doctor verify lists them',
  });
}

/** `at most 25 requests to 1 model, some 36,000 tokens in and 2,000 out, about $0.03` */
function announcement({ subjects, values, budget }: Work): string {
  const expected = subjects.map((subject): Expected => {
    const { model: entry, provider, name } = subject;
    const drawn = values.get(name) ?? drawValues(random);
    return expectedOf({ entry, provider, claims: claimsOf(subject) }, drawn, budget);
  });
  const sum = (of: (one: Expected) => number): number => expected.reduce((all, one) => all + of(one), 0);
  const dollars = expected.every((one) => one.dollars !== undefined)
    ? `about $${sum((one) => one.dollars ?? 0).toFixed(2)} at list prices`
    : 'of a cost that is not known, since the model has no price in the catalogue';
  const thousands = (tokens: number): string => `${Math.ceil(tokens / 1000)},000`;
  const requests = count(
    Math.min(
      sum((one) => one.requests),
      budget,
    ),
    'request',
  );
  const most = `at most ${budget} with those that occ repeats`;
  return `verifying ${subjects.map(({ name }) => name).join(', ')}: ${requests} (${most}), some ${thousands(sum((one) => one.input))} tokens in and ${thousands(sum((one) => one.output))} out, ${dollars}`;
}

/** A model without an endpoint is an error of the configuration. */
function claimsOf(subject: ModelSubject): ReturnType<typeof claimsOfSubject> {
  try {
    return claimsOfSubject(subject);
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    throw new OccError('config_invalid', error.message, {
      exitCode: exitCodes.config,
      remedy: error.remedy.text,
    });
  }
}

/** Throws OccError `consent_missing` (exit 2) if there is no terminal to ask on, and `interrupted` after a no. */
async function askToBegin(system: System, output: Output): Promise<void> {
  if (!canAsk(system) || output.json || output.quiet)
    throw new OccError('consent_missing', 'these requests cost money, and there is no terminal to ask on', {
      exitCode: exitCodes.usage,
      remedy: 'add --yes to begin without a question',
    });
  if (await openPrompts(system, output, 'nothing was sent').confirm('Begin?')) return;
  throw new OccError('interrupted', 'nothing was sent', {
    exitCode: exitCodes.interrupted,
    remedy: { none: 'run the command again to begin' },
  });
}

/** Verifies one model after the other. The first signal ends the run; what is known by then is kept. */
async function verifyAll(
  { loaded, subjects, values, budget }: Work,
  system: System,
  output: Output,
): Promise<{ results: ModelResult[]; interrupted: boolean }> {
  const signals = listenForSignals();
  const interrupt = new AbortController();
  void signals.nth(1).then(() => interrupt.abort());
  let progress = 'starting';
  const line = await openLiveLine(output, () => `occ: ${progress}`);
  const results: ModelResult[] = [];
  let left = budget;
  try {
    for (const subject of subjects) {
      const drawn = values.get(subject.name);
      if (drawn === undefined || left <= 0 || interrupt.signal.aborted) break;
      const { env, home, cwd, platform } = system;
      const verified = await verifyModel({
        loaded,
        subject,
        machine: { env, home, cwd, platform },
        values: drawn,
        budget: left,
        signal: interrupt.signal,
        onAsk: ({ about }, number, of) =>
          (progress = `question ${number} of ${of} to ${subject.name}: ${about}`),
      });
      left -= verified.requests;
      const result = toResult(verified, loaded, system);
      results.push(result);
      const { style } = output;
      if (!output.json)
        line.above(() =>
          renderModel(result, style, widthOf(system.stdout)).forEach((text) => output.print(text)),
        );
    }
    return { results, interrupted: interrupt.signal.aborted };
  } finally {
    line.stop();
    signals.stop();
  }
}

/** Compares a result with the last one and keeps it. What was interrupted or cut by the budget is compared, but not kept. */
function toResult(
  verified: Awaited<ReturnType<typeof verifyModel>>,
  loaded: LoadedSettings,
  { env, home }: System,
): ModelResult {
  const { model, claims, score, control, requests, ended, answers } = verified;
  const { stateDir } = findPlaces({ env, home });
  const redact = redactorFor(loaded.settings);
  const verdicts = verified.verdicts.map((verdict) => ({ ...verdict, summary: redact(verdict.summary) }));
  const now = toStored(
    { verdicts, ...(score !== undefined && { score }) },
    new Date().toISOString(),
    version,
  );
  const last = readRuns(stateDir, model).at(-1);
  if (ended === undefined && score !== undefined) storeRun(stateDir, model, now);
  const lies = verdicts.filter(({ level }) => level === 'lie');
  const summary = lies.map((verdict) => `${verdict.code}: ${verdict.summary}`).join('; ');
  const exchanges = [...answers.values()].map(({ exchange }) => exchange);
  const evidence =
    lies.length === 0
      ? undefined
      : saveEvidence(
          stateDir,
          {
            code: 'verify',
            subject: model,
            level: 'fail',
            fault: lies[0]?.fault ?? 'provider',
            summary,
            ms: 0,
          },
          exchanges,
          redact,
        );
  return {
    model,
    format: claims.format,
    score: score ?? null,
    control: control ?? null,
    requests,
    ended: ended ?? null,
    verdicts,
    since:
      last === undefined || score === undefined
        ? null
        : { at: last.at, score: last.score, changed: changesSince(last, now) },
    evidence: evidence ?? null,
  };
}

function liesIn(results: readonly ModelResult[]): number {
  return results.reduce(
    (sum, { verdicts }) => sum + verdicts.filter(({ level }) => level === 'lie').length,
    0,
  );
}
