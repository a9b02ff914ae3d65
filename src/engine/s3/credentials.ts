import {
  fromContainerMetadata,
  fromEnv,
  fromHttp,
  fromInstanceMetadata,
  fromLoginCredentials,
  fromNodeProviderChain,
  fromSSO,
  fromTemporaryCredentials,
  fromTokenFile,
} from '@aws-sdk/credential-providers';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { CredentialPlace } from '../../protocol/credentials';
import type { FailureCode } from '../../protocol/failures';
import { externalDataInterceptor } from '@smithy/core/config';
import {
  planCredentials,
  type CredentialPlan,
  type RolePlan,
  type SsoPlan,
} from '../config/credentialPlan';
import { profileFor } from '../config/environmentProfile';
import { planPlace } from '../config/credentialPlaces';
import type { ResolvedSource } from '../config/settings';
import {
  isInContainer,
  nothingFound,
  type CredentialsQuestion,
} from '../config/diagnoseCredentials';
import { instanceRole } from '../config/instanceRole';
import { nobody, type PersonPort } from '../ports/personPort';
import { readSharedFiles } from '../config/sharedFiles';
import { fromStoreError } from '../failures/storeErrors';
import { Failure } from '../failures/failure';
import { found, type Found } from '../failures/found';
import { runCredentialProcess, type Identity } from './credentialProcess';

/** What requests for credentials are sent by. */
export type RequestHandler = Pick<
  NodeHttpHandler,
  'handle' | 'metadata' | 'destroy' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
>;

/**
 * Gets credentials anew: of the profile, or without one by the AWS default chain: environment, shared
 * files with all kinds of profiles, container, instance
 * (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html). A profile that
 * names the source of its credentials gives these or none: the chain would go on to other sources,
 * perhaps of another account. Throws a `Failure`.
 *
 * The SDK never reads the shared files: it reads other profiles out of them than the AWS CLI does.
 */
export async function resolveCredentials(
  source: ResolvedSource,
  requestHandler: RequestHandler,
  person: Pick<PersonPort, 'mfaCode'> = nobody,
): Promise<Identity> {
  const { env } = process;
  if (typeof source === 'object') return resolveInPlace(source.place, requestHandler);
  const profile = profileFor(source, env);
  const question = { profile, env, files: readSharedFiles(env) };
  const plan = planCredentials(question);
  const codes: string[] = [];
  const mfaCode: PersonPort['mfaCode'] = async asked => {
    const code = await person.mfaCode(asked);
    if (code !== undefined) codes.push(code);
    return code;
  };
  try {
    return await carryOut(plan, { requestHandler, person: { mfaCode } });
  } catch (error) {
    if (error instanceof Failure) throw error;
    const said = withoutCodes(error instanceof Error ? error.message : '', codes);
    throw plan.kind === 'machine'
      ? failedChain(question, error, said)
      : failedProfile(profile ?? 'default', error, said);
  }
}

/** Gets the credentials of this place or none: those of another one may be of another account. */
async function resolveInPlace(
  place: CredentialPlace,
  requestHandler: RequestHandler,
): Promise<Identity> {
  const plan = planPlace(place, process.env);
  try {
    return await carryOut(plan, { requestHandler, person: nobody });
  } catch (error) {
    const said = withoutSecrets(error instanceof Error ? error.message : '');
    const { code } = fromStoreError(error, { endpoint: 'AWS' });
    if (passingCodes.has(code)) throw new Failure(code, 'AWS', said);
    throw new Failure('no-credentials', place, said === '' ? undefined : said);
  }
}

/** A service may repeat what it was sent. `keepSecret` takes nothing as short as a code. */
function withoutCodes(message: string, codes: readonly string[]): string {
  return codes.reduce((said, code) => said.replaceAll(code, '…'), message);
}

/** What credentials are got by. */
interface Means {
  readonly requestHandler: RequestHandler;
  readonly person: Pick<PersonPort, 'mfaCode'>;
}

function carryOut(plan: CredentialPlan, means: Means): Promise<Identity> {
  const { requestHandler } = means;
  const clientIn = (region: string | undefined) => ({
    region: region ?? environmentRegion(),
    requestHandler,
  });
  switch (plan.kind) {
    case 'keys':
      return Promise.resolve(plan.identity);
    case 'process':
      return runCredentialProcess(plan);
    case 'role':
      return assumeRole(plan, clientIn(plan.region), means);
    case 'web-identity':
      return fromTokenFile({
        webIdentityTokenFile: plan.tokenFile,
        roleArn: plan.roleArn,
        ...(plan.sessionName === undefined ? {} : { roleSessionName: plan.sessionName }),
        clientConfig: clientIn(plan.region),
      })();
    case 'sso':
      return signedOn(plan, requestHandler);
    case 'login': {
      const text = `[profile ${heldProfile}]\nlogin_session = ${plan.session}\n`;
      const region = plan.region === undefined ? '' : `region = ${plan.region}\n`;
      return fromLoginCredentials({
        ...heldFiles(text + region),
        clientConfig: { requestHandler },
      })();
    }
    case 'environment':
      return inEnvironment();
    case 'container':
      return inContainer();
    case 'instance':
      return fromInstanceMetadata(metadataService)();
    case 'machine':
      return ofMachine(clientIn(undefined));
  }
}

/** The AWS CLI still takes the token's older name, as in the shared files, and takes it first. */
async function inEnvironment(): Promise<Identity> {
  const identity = await fromEnv()();
  const sessionToken = nonEmpty(process.env['AWS_SECURITY_TOKEN']);
  return sessionToken === undefined ? identity : { ...identity, sessionToken };
}

/** Gets what the machine itself gives to all that runs on it, by the SDK's chain. */
async function ofMachine(clientConfig: {
  readonly region: string;
  readonly requestHandler: RequestHandler;
}): Promise<Identity> {
  const { env } = process;
  const isGiven = nonEmpty(env['AWS_WEB_IDENTITY_TOKEN_FILE']) !== undefined || isInContainer(env);
  if (!isGiven && instanceRole(env).kind === 'none') throw new Error(nothingThere);
  return fromNodeProviderChain({ ...heldFiles(''), ...metadataService, clientConfig })();
}

/** What the SDK's chain says at its end. */
const nothingThere = 'Could not load credentials from any providers';

function assumeRole(
  plan: RolePlan,
  clientConfig: { readonly region: string; readonly requestHandler: RequestHandler },
  means: Means,
): Promise<Identity> {
  const { mfaSerial } = plan;
  return fromTemporaryCredentials({
    masterCredentials: () => carryOut(plan.source, means),
    params: {
      RoleArn: plan.roleArn,
      RoleSessionName: plan.sessionName ?? `s3-backup-${String(Date.now())}`,
      DurationSeconds: plan.durationSeconds ?? 3600,
      ...(plan.externalId === undefined ? {} : { ExternalId: plan.externalId }),
      ...(mfaSerial === undefined ? {} : { SerialNumber: mfaSerial }),
    },
    clientConfig,
    mfaCodeProvider: async device => {
      const code = await means.person.mfaCode({ profile: plan.profile, device });
      if (code === undefined) throw new Failure('mfa-code-needed', plan.profile, device);
      return code;
    },
  })();
}

/** Where nothing answers, the user is waiting: the two requests take a second at most. */
const metadataService = { timeout: 500, maxRetries: 0 };

async function inContainer(): Promise<Identity> {
  const { env } = process;
  const isByHttp =
    nonEmpty(env['AWS_CONTAINER_CREDENTIALS_FULL_URI']) !== undefined ||
    nonEmpty(env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']) !== undefined;
  // The SDK tries again a second later, even where it was refused.
  return isByHttp ? fromHttp({ maxRetries: 1 })() : fromContainerMetadata(metadataService)();
}

function signedOn(plan: SsoPlan, requestHandler: RequestHandler): Promise<Identity> {
  const { accountId, region, roleName, session, startUrl } = plan;
  const how = { clientConfig: { requestHandler } };
  const role = { ssoAccountId: accountId, ssoRegion: region, ssoRoleName: roleName };
  if (session === undefined) return fromSSO({ ...how, ...role, ssoStartUrl: startUrl })();
  // The SDK finds the token by the one or the other; a session whose name it cannot read is not
  // renewed before it ends.
  if (!/^[\w@+.%:/-]+$/.test(session)) return fromSSO({ ...how, ...role, ssoStartUrl: session })();
  const text = [
    `[profile ${heldProfile}]`,
    `sso_session = ${session}`,
    `sso_account_id = ${accountId}`,
    `sso_role_name = ${roleName}`,
    `[sso-session ${session}]`,
    `sso_start_url = ${startUrl}`,
    `sso_region = ${region}`,
  ].join('\n');
  return fromSSO({ ...how, ...heldFiles(text) })();
}

/** Lets the SDK take this text, which holds no secret, for the shared files. */
function heldFiles(config: string): {
  readonly profile: string;
  readonly filepath: string;
  readonly configFilepath: string;
} {
  const configFilepath = `s3-backup:${config}`;
  const filepath = 's3-backup:';
  externalDataInterceptor.interceptFile(configFilepath, config);
  externalDataInterceptor.interceptFile(filepath, '');
  return { profile: heldProfile, filepath, configFilepath };
}

const heldProfile = 's3-backup';

function environmentRegion(): string {
  const { env } = process;
  return nonEmpty(env['AWS_REGION']) ?? nonEmpty(env['AWS_DEFAULT_REGION']) ?? 'us-east-1';
}

/** Returns why no source gave credentials, without the SDK's message if it says only that. */
function failedChain(question: CredentialsQuestion, error: unknown, message: string): Failure {
  const { code } = fromStoreError(error, { endpoint: 'AWS' });
  if (passingCodes.has(code)) return new Failure(code, 'AWS', withoutSecrets(message));
  const nothing = message.includes(nothingThere);
  return nothingFound(question, nothing ? undefined : withoutSecrets(message));
}

/** Returns why an existing profile gave no credentials. */
function failedProfile(name: string, error: unknown, message: string): Failure {
  const why = withoutSecrets(message);
  if (needsSignIn.test(message)) return new Failure('sign-in-needed', name, why);
  const { code } = fromStoreError(error, { endpoint: 'AWS' });
  if (passingCodes.has(code)) return new Failure(code, 'AWS', why);
  return new Failure('profile-failed', name, why);
}

/** What the SDK says of sessions that are over, or of whose tokens it finds no file that it can read. */
const needsSignIn =
  /sso login|sso session|aws login|re-?authenticate|\btoken is expired\b|\bload token from\b/i;

/** What may pass by itself: it is told as what it is, and not as a fault of the profile. */
const passingCodes = new Set<FailureCode>([
  'store-busy',
  'store-error',
  'unreachable',
  'host-not-found',
  'proxy-unreachable',
  'proxy-refused',
  'proxy-authorization',
  'timed-out',
  'certificate',
  'certificate-name',
  'certificate-date',
]);

/** Returns an error message without possible secrets: JSON.parse puts a piece of the text into one. */
function withoutSecrets(message: string): string | Found {
  const line = firstLine(message);
  return line.includes('is not valid JSON') ? found`an answer could not be read` : line;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
