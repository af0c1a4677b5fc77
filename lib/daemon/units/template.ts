/** Fills the templates of service files. */

/** Puts a value in the place of each `{{name}}`; a line that holds nothing else is left out if the value is empty. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .replace(/^\{\{(\w+)\}\}\n/gm, (_, name: string) => (values[name] ? `${values[name]}\n` : ''))
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '');
}
