/** Runs `occ route`: plans a request with the current configuration and prints the plan. */
import { resolve } from 'node:path';
import { estimateTokens } from '../../anthropic/estimate.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import { choose, withChoice, providerOf } from '../../clients/choice.ts';
import { notesOn } from '../../clients/unknown-model.ts';
import type { Settings } from '../../config/settings.ts';
import { loadSettings } from '../../config/load.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { nameOf, type Candidate, type Plan } from '../../proxy/policy/plan.ts';
import { planRoutes } from '../../proxy/policy/route.ts';
import { fullTo, rulesInWords } from '../../proxy/policy/rules.ts';
import { tierId } from '../../proxy/policy/tiers.ts';
import type { Output } from '../../terminal/output.ts';
import { readRequest, type RouteRequest } from './request.ts';
import { hasPlan, isFree } from '../../catalog/price.ts';
import type { KnownQuota } from '../../catalog/quota.ts';
import { freshSettings } from '../../catalog/fresh-settings.ts';
import { usesEmulator } from '../../host/emulator.ts';
import { toBudgetJson, toRuleJson } from '../../host/control-endpoints.ts';
import { usedBudgets } from '../usage/used-budgets.ts';
import { renderRoute, type RouteResult } from './page.ts';
import { readQuotas } from './known-quotas.ts';
import type { GlobalOptions, System } from '../../terminal/command-context.ts';

export interface RouteOptions extends GlobalOptions {
  request?: string;
  model?: string;
  config?: string;
  /** Percent from 1 to 100. */
  quota?: number;
}

export async function runRoute(options: RouteOptions, system: System, output: Output): Promise<number> {
  const { request, ...hints } =
    options.request === undefined ? plainQuestion : await readRequest(options.request, system);
  const loaded = await readSettings(options, system);
  const { model, settings } = resolveModel(
    options.model ?? request.model,
    options.model !== undefined,
    loaded,
    output,
  );
  const body: MessagesRequest = { ...request, model };
  const inputTokens = estimateTokens(body);
  const budgets = await usedBudgets(settings.budget, system);
  const now = Date.now();
  const quotas = options.quota === undefined ? await readQuotas(system) : assumed(options.quota, settings);
  const known = { learned: () => [], budgets, quotas, now };
  const plan = withoutSpent(
    planRoutes({ request: body, inputTokens, ...hints }, settings, known),
    options.quota,
  );
  const result = {
    config: settings.file ?? null,
    asked: {
      model,
      input_tokens: inputTokens,
      tools: request.tools?.length ?? 0,
      stream: request.stream === true,
      request_class: hints.requestClass || null,
    },
    rule: plan.reason,
    budgets: budgets.map(toBudgetJson),
    plans: quotas,
    rules: rulesInWords(settings, quotas, now).map(toRuleJson),
    candidates: plan.candidates.map(toResult),
    passed_over: plan.passedOver.map(({ model, reason }) => ({ model, reason })),
  };
  if (output.json) output.printJson(result);
  else for (const line of renderRoute(result, output.style)) output.print(line);
  for (const provider of new Set(plan.candidates.map((candidate) => candidate.provider))) {
    if (provider.missingKey !== undefined)
      output.info(`occ: ${provider.name} has no key: ${provider.missingKey}`);
  }
  const entries = plan.candidates.map(({ route }) => ({ provider: route.provider, model_id: route.modelId }));
  for (const note of new Set(entries.flatMap((entry) => notesOn(entry, settings))))
    output.warn(`occ: ${note}`);
  return exitCodes.ok;
}

/** A first message of Claude Code in its default tier. */
const plainQuestion: RouteRequest = {
  request: {
    model: tierId('sonnet'),
    max_tokens: 32_000,
    stream: true,
    messages: [{ role: 'user', content: 'What does this project do?' }],
  },
  requestClass: '',
  ordinaryThinking: 0,
};

async function readSettings({ config, model }: RouteOptions, system: System): Promise<Settings> {
  const provider = providerOf(model);
  const { settings } = await loadSettings({
    configFile: config === undefined ? undefined : resolve(system.cwd, config),
    env: system.env,
    // A plan needs no key.
    runCommands: false,
    ...(provider !== undefined && { use: [provider] }),
  });
  const fresh = freshSettings(settings, system);
  if (!usesEmulator(fresh)) return fresh;
  const { withEmulator } = await import('../../emulator/settings.ts');
  return withEmulator(fresh, 'http://127.0.0.1:0');
}

/** Resolves `--model` as `occ launch -m` does. An unknown name is planned as it is, as a client might request it. */
function resolveModel(
  model: string,
  chosen: boolean,
  settings: Settings,
  output: Output,
): { model: string; settings: Settings } {
  // Model names of Claude Code itself do not select a configured model.
  const builtIn = /^claude[^/]*$/i.test(model) && !Object.hasOwn(settings.models, model);
  if (!chosen || builtIn) return { model, settings };
  try {
    const choice = choose(model, settings);
    return { model: choice.id, settings: withChoice(settings, choice) };
  } catch (error) {
    if (!(error instanceof OccError)) throw error;
    const next = error.remedy.replaceAll('\n', '\n  ');
    output.info(`occ: ${error.message}\n  ${next}`);
    output.info('occ: if a client requests it anyway:');
    return { model, settings };
  }
}

/** The pages of `--quota`. */
function assumed(percent: number, { providers }: Settings): KnownQuota[] {
  return Object.values(providers)
    .filter(hasPlan)
    .flatMap((provider) => fullTo(percent, { provider }));
}

/** With `--quota 100` the models of plans are passed over, as a proxy does once a plan has refused a request. */
function withoutSpent(plan: Plan, percent = 0): Plan {
  if (percent < 100) return plan;
  const isSpent = ({ provider }: Candidate): boolean => hasPlan(provider);
  const spent = plan.candidates.filter(isSpent);
  return {
    ...plan,
    candidates: plan.candidates.filter((one) => !isSpent(one)),
    passedOver: [
      ...spent.map((one) => ({ model: nameOf(one), reason: 'its plan is used up (--quota 100)' })),
      ...plan.passedOver,
    ],
  };
}

function toResult({ entry, route, provider, why }: Candidate): RouteResult['candidates'][number] {
  return {
    model: `${route.provider}/${route.modelId}`,
    format: route.format,
    why,
    context_window: route.contextWindow,
    key_missing: provider.missingKey ?? null,
    costs_money: !isFree(entry, provider),
  };
}
