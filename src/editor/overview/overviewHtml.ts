import { randomBytes } from 'node:crypto';
import { env, l10n, Uri, type Webview } from 'vscode';

/**
 * The page of the overview. It may run its one script and use its one style sheet; it loads nothing
 * else, from nowhere, and what it shows comes as data.
 */
export function overviewHtml(
  webview: Pick<Webview, 'asWebviewUri' | 'cspSource'>,
  dist: Uri,
): string {
  const nonce = randomBytes(16).toString('base64url');
  const uri = (file: string) => webview.asWebviewUri(Uri.joinPath(dist, file)).toString();
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escaped(env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(l10n.t('S3 Backup: Overview'))}</title>
<link rel="stylesheet" href="${escaped(uri('overview.css'))}">
</head>
<body>
<script nonce="${nonce}" src="${escaped(uri('overview.js'))}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
