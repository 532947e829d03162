// The document of a page: nothing but what the nonce or the extension's own folder allows. Pure.

export type PageName = 'dashboard' | 'inspector' | 'dataset' | 'form';

export interface PageHtmlOptions {
  /** Its bundle: `<page>.js` and `<page>.css` in dist/webview. */
  page: PageName;
  /** `webview.cspSource` */
  cspSource: string;
  /** Fresh for each document. */
  nonce: string;
  /** Webview URI of a file in dist/webview. */
  uri(file: string): string;
  title: string;
  language: string;
}

export function pageHtml({ page, cspSource, nonce, uri, title, language }: PageHtmlOptions): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} blob: data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${escapeHtml(uri('codicon.css'))}" nonce="${nonce}">
<link rel="stylesheet" href="${escapeHtml(uri(`${page}.css`))}" nonce="${nonce}">
</head>
<body>
<div id="app"></div>
<script nonce="${nonce}" src="${escapeHtml(uri(`${page}.js`))}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
