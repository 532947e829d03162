// Templates are files with snippet placeholders. Pure.

/** The text with each placeholder replaced by its default: `${1:data.csv}` is `data.csv`, `${2|a,b|}` is `a`, `$0` and `${3}` are nothing. */
export function expandSnippet(template: string): string {
  return template.replace(
    /\\([$}\\])|\$\{\d+:((?:\\.|[^\\}])*)\}|\$\{\d+\|((?:\\.|[^\\|,])*)(?:\\.|[^\\|])*\|\}|\$\{\d+\}|\$\d+/g,
    (_match, escaped?: string, byDefault?: string, choice?: string) =>
      escaped ?? (byDefault ?? choice ?? '').replace(/\\(.)/g, '$1'),
  );
}

/** The first comment line of a template: what it is for. */
export function templateTitle(template: string): string | undefined {
  return /^\s*\/\/\s*(.+)$/m.exec(template)?.[1]?.trim();
}
