/**
 * The page of a run while it goes on. Findings are printed in the order of the report, each as soon as those before it are
 * known, so that the page is the same however long each check takes. What is repeated is folded: checks that were skipped for
 * one reason share a line, so do models of which nothing could be checked, and a problem that several models of a provider
 * have is described once.
 */
import type { Finding, Skip } from '../../doctor/check.ts';
import type { Report } from '../../doctor/report.ts';
import type { Instance } from '../../doctor/select.ts';
import { count } from '../../terminal/figures.ts';
import type { Style } from '../../terminal/style.ts';
import { layoutFor, renderFinding, renderLine, renderNote, renderSummary, type Layout } from './page.ts';

export interface LivePage {
  /** Returns the lines that can be printed now that the finding of the instance at `index` is known. */
  add(index: number, finding: Finding): string[];
  /** Returns the summary. `why` says why nothing could be checked. */
  end(report: Omit<Report, 'findings'>, why: string): string[];
}

/** The heading of the checks that take minutes, which are the last ones. */
const longHeading = 'Long streams';

/** The findings that are printed under one heading. */
interface Group {
  heading: string;
  /** The provider of which this is a model. */
  modelOf?: string;
  /** What is printed of it: nothing as long as only skipped checks are known. */
  started: boolean;
  /** The codes of skipped checks by their reason, which follow the group. */
  skipped: Map<string, string[]>;
}

/** What follows the groups of a provider and its models. */
interface Block {
  /** Models by the reason for which nothing of them was checked. */
  unchecked: Map<string, string[]>;
  /** Problems that were described, by their text, and the models that have them, too. */
  problems: Map<string, { finding: Finding; also: string[] }>;
}

export function openPage(instances: readonly Instance[], style: Style, columns?: number): LivePage {
  const layout = layoutFor(
    instances.map(({ check }) => check.code),
    style,
    columns,
  );
  const known = new Map<number, Finding>();
  let next = 0;
  let printed = false;
  let group: Group | undefined;
  let block = emptyBlock();

  function add(index: number, finding: Finding): string[] {
    known.set(index, finding);
    const lines: string[] = [];
    for (let ready = known.get(next); ready !== undefined; ready = known.get(next)) {
      lines.push(...show(next, ready));
      next++;
      printed ||= lines.length > 0;
      if (endsGroup(next)) lines.push(...endGroup());
      if (endsBlock(next)) lines.push(...endBlock(blockOf(instances[next - 1]) ?? ''));
      printed ||= lines.length > 0;
    }
    return lines;
  }

  function show(index: number, finding: Finding): string[] {
    const instance = instances[index];
    if (instance === undefined) return [];
    group ??= groupOf(instance);
    const reason = foldedReason(finding, instances);
    if (reason !== undefined) {
      group.skipped.set(reason, [...(group.skipped.get(reason) ?? []), finding.code]);
      return [];
    }
    const { name } = instance.subject;
    if (group.modelOf !== undefined && isProblem(finding)) {
      const key = problemKey(finding);
      const before = block.problems.get(key);
      if (before !== undefined) {
        before.also.push(shortName(name));
        return [];
      }
      block.problems.set(key, { finding, also: [] });
    }
    const about = group.heading === longHeading && name !== '' ? name : undefined;
    return [...head(group), ...renderFinding(finding, layout, about)];
  }

  /** The heading, before the first line of a group. */
  function head(of: Group): string[] {
    if (of.started) return [];
    of.started = true;
    return of.heading === '' ? [] : [...(printed ? [''] : []), style.bold(of.heading)];
  }

  function endGroup(): string[] {
    const ended = group;
    group = undefined;
    if (ended === undefined) return [];
    const [only] = ended.skipped.keys();
    if (ended.modelOf !== undefined && !ended.started && only !== undefined) {
      block.unchecked.set(only, [...(block.unchecked.get(only) ?? []), shortName(ended.heading)]);
      return [];
    }
    const notes = [...ended.skipped].map(([reason, codes]) => `not checked, ${reason}: ${codes.join(', ')}`);
    if (notes.length === 0) return [];
    return [...head(ended), ...notes.flatMap((note) => renderNote('skipped', note, layout))];
  }

  function endBlock(provider: string): string[] {
    const { unchecked, problems } = block;
    block = emptyBlock();
    return [
      ...[...problems.values()].flatMap(({ finding, also }) => renderAlso(finding, also, layout)),
      ...[...unchecked].flatMap(([reason, models]) =>
        renderNote('skipped', `${modelsText(models, provider)} not checked: ${reason}`, layout),
      ),
    ];
  }

  /** True if the instance at `index` does not belong under the heading of the one before it. */
  function endsGroup(index: number): boolean {
    return headingOf(instances[index]) !== headingOf(instances[index - 1]);
  }

  /** True if the instance at `index` belongs to another provider than the one before it. */
  function endsBlock(index: number): boolean {
    return blockOf(instances[index]) !== blockOf(instances[index - 1]);
  }

  return {
    add,
    end: (report, why) => [...(printed ? [''] : []), ...renderSummary(report, why, layout)],
  };
}

function emptyBlock(): Block {
  return { unchecked: new Map(), problems: new Map() };
}

function groupOf(instance: Instance): Group {
  const { model, provider } = instance.subject;
  const heading = headingOf(instance) ?? '';
  const ofModel = model !== undefined && heading !== longHeading;
  return {
    heading,
    ...(ofModel && { modelOf: provider?.name ?? '' }),
    started: false,
    skipped: new Map(),
  };
}

function headingOf(instance: Instance | undefined): string | undefined {
  return instance?.check.long ? longHeading : instance?.subject.name;
}

function blockOf(instance: Instance | undefined): string | undefined {
  return instance?.check.long ? longHeading : instance && (instance.subject.provider?.name ?? '');
}

/** The reason by which a skipped check is folded; undefined if its summary says more. */
function foldedReason({ skipped }: Finding, instances: readonly Instance[]): string | undefined {
  return skipped && reasonOf(skipped, instances);
}

function reasonOf(skipped: Skip, instances: readonly Instance[]): string | undefined {
  switch (skipped.because) {
    case 'need': {
      const need = instances.find(({ check }) => check.code === skipped.check);
      return need?.check.unmet ?? `${skipped.check} did not succeed`;
    }
    case 'time':
      return 'the ten seconds of --quick are over';
    case 'interrupted':
      return 'interrupted';
    case 'busy':
    case 'not_applicable':
    case 'not_observed':
      return undefined;
  }
}

function isProblem({ level }: Finding): boolean {
  return level === 'fail' || level === 'warn';
}

/** Equal for the same problem of several models. */
function problemKey({ code, level, summary, detail, remedy }: Finding): string {
  return JSON.stringify([code, level, summary, detail, remedy]);
}

function renderAlso(
  { code, level, subject = '' }: Finding,
  also: readonly string[],
  layout: Layout,
): string[] {
  const first = shortName(subject);
  return also.length === 0
    ? []
    : renderLine(level, code, `the same as for ${first}: ${also.join(', ')}`, layout);
}

/** `opencode-go/glm-5.3` → `glm-5.3`: the provider is in the heading above. */
function shortName(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** A few models by name, more by their number. */
function modelsText(models: readonly string[], provider: string): string {
  return models.length <= 3 ? models.join(', ') : `${count(models.length, 'model')} of ${provider}`;
}
