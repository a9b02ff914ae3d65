import { env, l10n, window } from 'vscode';
import { cloudPlaces, type CloudPlacesDeps } from './cloudPlaces';
import { formatCount } from '../format/quantity';
import type { Selection } from '../selection/selection';

/** Puts where the files are, or would be, onto the clipboard; several on a line each. */
export async function copyS3Uri(deps: CloudPlacesDeps, selection: Selection): Promise<void> {
  const places = await cloudPlaces(deps, selection);
  const uris = places.map(({ setup: { bucket, prefix }, path, kind }) => {
    const end = kind === 'folder' && path !== '' ? '/' : '';
    return `s3://${bucket}/${prefix}${path}${end}`;
  });
  const [only] = uris;
  if (only === undefined) return;
  await env.clipboard.writeText(uris.join('\n'));
  const text =
    uris.length === 1
      ? l10n.t('S3 URI copied')
      : l10n.t('{0} S3 URIs copied', formatCount(uris.length));
  window.setStatusBarMessage(`$(check) ${text}`, shownMs);
}

const shownMs = 3_000;
