import { environmentProfile } from './environmentProfile';
import { inHome, type Profile, type SharedFiles } from './sharedFiles';

/** Where the store is, as far as the environment and AWS's shared files say. */
export interface ConnectionDefaults {
  readonly region: string | undefined;
  /** `source` is the environment variable or the file that names the URL. */
  readonly endpoint: { readonly url: string; readonly source: string } | undefined;
  /** Whether requests name the bucket in the path, where the profile says so. */
  readonly forcePathStyle: boolean | undefined;
  /** A file with certificates of authorities, and the variable or file that names it. */
  readonly caBundle: { readonly path: string; readonly source: string } | undefined;
}

/**
 * Returns the region and endpoint that the environment and the profile name, in AWS's order of
 * precedence (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html). The SDK
 * reads them too, but not for the profile chosen for a folder, and does not tell their source.
 */
export function connectionDefaults(
  set: string | undefined,
  env: NodeJS.ProcessEnv,
  files: SharedFiles,
): ConnectionDefaults {
  const name = first(set, environmentProfile(env)?.name) ?? 'default';
  const profile = files.profiles.get(name) ?? {};
  const region = first(env['AWS_REGION'], env['AWS_DEFAULT_REGION'], profile['region']);
  const ignored = first(
    env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'],
    profile['ignore_configured_endpoint_urls'],
  );
  const forcePathStyle = addressing[profile['s3.addressing_style']?.toLowerCase() ?? ''];
  const found = { region, forcePathStyle, caBundle: caBundle(profile, env, files) };
  if (ignored?.toLowerCase() === 'true') return { ...found, endpoint: undefined };
  const services = files.services.get(profile['services'] ?? '');
  const places = [
    // As the plugin does it: like an argument of the command line, before all else.
    [files.config.path, hasEndpointPlugin(files) ? profile['s3.endpoint_url'] : undefined],
    ['AWS_ENDPOINT_URL_S3', env['AWS_ENDPOINT_URL_S3']],
    ['AWS_ENDPOINT_URL', env['AWS_ENDPOINT_URL']],
    [files.config.path, services?.['s3.endpoint_url']],
    [files.config.path, profile['endpoint_url']],
  ] as const;
  for (const [source, url] of places) {
    if (url !== undefined && url !== '') return { ...found, endpoint: { url, source } };
  }
  return { ...found, endpoint: undefined };
}

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html */
function caBundle(
  profile: Profile,
  env: NodeJS.ProcessEnv,
  files: SharedFiles,
): ConnectionDefaults['caBundle'] {
  const places = [
    ['AWS_CA_BUNDLE', env['AWS_CA_BUNDLE']],
    [files.config.path, profile['ca_bundle']],
  ] as const;
  for (const [source, path] of places) {
    if (path !== undefined && path !== '') return { path: inHome(path, env), source };
  }
  return undefined;
}

/** https://docs.aws.amazon.com/cli/latest/topic/s3-config.html */
const addressing: Readonly<Record<string, boolean>> = { path: true, virtual: false };

/** Whether the AWS CLI takes endpoints out of nested settings (https://github.com/wbingli/awscli-plugin-endpoint). */
function hasEndpointPlugin({ plugins }: SharedFiles): boolean {
  return Object.values(plugins).includes('awscli_plugin_endpoint');
}

function first(...values: readonly (string | undefined)[]): string | undefined {
  return values.find(value => value !== undefined && value !== '');
}
