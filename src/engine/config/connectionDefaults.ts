import type { SharedFiles } from './sharedFiles';

/** Where the store is, as far as AWS's own places say it. */
export interface ConnectionDefaults {
  readonly region: string | undefined;
  readonly endpoint: { readonly url: string; readonly source: string } | undefined;
}

/**
 * What the environment and the profile say of the store, in AWS's order. The SDK would find it by
 * itself, but not for the profile that was chosen for a folder, and we could not name it.
 */
export function connectionDefaults(
  set: string | undefined,
  env: NodeJS.ProcessEnv,
  files: SharedFiles,
): ConnectionDefaults {
  const name = first(set, env['AWS_PROFILE']) ?? 'default';
  const profile = files.profiles.get(name) ?? {};
  const region = first(env['AWS_REGION'], env['AWS_DEFAULT_REGION'], profile['region']);
  const ignored = first(
    env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'],
    profile['ignore_configured_endpoint_urls'],
  );
  if (ignored?.toLowerCase() === 'true') return { region, endpoint: undefined };
  const services = files.services.get(profile['services'] ?? '');
  const places = [
    ['AWS_ENDPOINT_URL_S3', env['AWS_ENDPOINT_URL_S3']],
    ['AWS_ENDPOINT_URL', env['AWS_ENDPOINT_URL']],
    [files.config.path, services?.['s3.endpoint_url']],
    [files.config.path, profile['endpoint_url']],
  ] as const;
  for (const [source, url] of places) {
    if (url !== undefined && url !== '') return { region, endpoint: { url, source } };
  }
  return { region, endpoint: undefined };
}

function first(...values: readonly (string | undefined)[]): string | undefined {
  return values.find(value => value !== undefined && value !== '');
}
