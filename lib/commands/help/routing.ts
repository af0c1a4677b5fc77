/** `occ help routing`. */
import { defaultLongContextThreshold } from '../../proxy/policy/route.ts';
import { budgetStages, type BudgetStage } from '../../proxy/policy/budget.ts';
import { scenarioRules } from '../../proxy/policy/scenario.ts';
import { joinBlocks, renderColumns, renderParagraph } from '../../terminal/columns.ts';

const before = [
  'Which model answers which request',
  'The model of a request is chosen in this order: an entry of model_overrides for the requested id; an entry of model_family_overrides that is part of it; a model that the client requests by its name (occ launch -m, a row of /model, or any id that occ knows, unless respect_requested_model is false); otherwise the scenario.',
  'A scenario follows from the structure of a request, never from its text. The first one that applies is used; one that is not configured uses default.',
];

const after = [
  `models.long_context.context_threshold is ${defaultLongContextThreshold.toLocaleString('en')} tokens unless it is set. models.fast is used only if enable_streaming_scenario_routing is false, as in configurations of oc-go-cc.`,
  'A conversation keeps its model within the same tier and kind of request, unless that model cannot handle the request.',
  'If a model fails before its answer has begun, the next one of fallbacks answers, and the client notices nothing. The list is that of the name that matched, else that of the model id, else that of default. Once an answer has begun, no other model continues it.',
];

const commands = [
  ['occ route --request body.json', 'which rule matches a request, and why models are skipped'],
  ['occ status', 'what the running proxy has learned about each model'],
] as const;

const percent = (stage: BudgetStage): string => `${budgetStages[stage] * 100} %`;

const budgets = [
  'Budgets',
  `budget.day and budget.month limit what requests may use, over all proxies and launches: US dollars, or tokens (input with what was cached, and output). Neither is set unless you set it: occ config set budget.day 5, or "5M tokens". From ${percent('warn')} on, occ warns once. From ${percent('save')} on, background work goes to the cheapest configured model that can take it: those that cost no money first, then by list price. From ${percent('spent')} on, a budget in dollars passes over every model that may cost money; a budget in tokens passes over all. If no model is left, the request is refused with status 402, and the client does not retry. A request that has begun is finished. A day begins at local midnight.`,
] as const;

const plans = [
  'Plans and paid models',
  'A model costs no money if a plan pays for it (OpenCode Go), if its price is 0 in the configuration or the catalogue, or if it has no price and runs on this machine or wants no key. Any other model may cost money.',
  'save_quota_at says when background work spares a plan: with 80, once 80 % of any of its windows is used, background work goes to the cheapest configured model that can take it, costs no money and has a lower list price than the usual one. It comes back when the window resets. occ reads the figures from the usage page of the plan, after an answer and at most every five minutes. It is off unless you set it: occ config set save_quota_at 80.',
  'paid_fallback says whether a model that costs money may answer in place of one that costs none. always, the default, uses the fallbacks as configured. never passes over each model that costs money and stands behind one that costs none, whatever keeps that one from answering. ask does the same, and if no other model answers, the error has the command that allows it until the plan resets: occ config set paid_fallback "until 2026-11-30T04:25Z". After that time it is ask again. A model that costs money and stands first, or was asked for by name, is used with any value. Whether OpenCode charges your balance once its plan is used up is set in its console, not here.',
  'A used-up plan is passed over until it resets, then used again. A limit that names one model, in the error or on the usage page, concerns that model only.',
] as const;

export function renderRouting(width: number): string[] {
  const paragraphs = (texts: readonly string[]): string[][] =>
    texts.map((text) => renderParagraph(text, width));
  return joinBlocks([
    ...paragraphs(before),
    renderColumns(Object.entries(scenarioRules), { width }),
    ...paragraphs(after),
    ...paragraphs(budgets),
    ...paragraphs(plans),
    renderColumns(commands, { width }),
  ]);
}
