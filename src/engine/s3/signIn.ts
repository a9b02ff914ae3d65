import { setTimeout as wait } from 'node:timers/promises';
import type { SignInOutcome } from '../../protocol/credentials';
import type { FailureCode } from '../../protocol/failures';
import { planCredentials, type CredentialPlan, type SsoPlan } from '../config/credentialPlan';
import { profileFor } from '../config/environmentProfile';
import { readSharedFiles } from '../config/sharedFiles';
import { timeInToken, writeSsoToken } from '../config/ssoToken';
import { Failure, toFailure } from '../failures/failure';
import { found } from '../failures/found';
import { keepSecret } from '../failures/secrets';
import { fromStoreError } from '../failures/storeErrors';
import type { SignInRequest } from '../ports/connection';
import {
  oidcEndpoint,
  OidcError,
  SsoOidc,
  type DeviceAuthorization,
  type OidcClient,
  type SsoToken,
} from './ssoOidc';
import type { Transport } from './transport';

/**
 * Signs a person in where a profile, or what it gets its role with, needs it: single sign-on by the
 * device flow (RFC 8628), which works wherever the browser is. Leaves the token for all of AWS's
 * tools. Throws a `Failure`; `cancelled` where nobody wants to.
 */
export async function signIn(
  set: string | undefined,
  transport: Transport,
  { show, signal }: SignInRequest,
): Promise<SignInOutcome> {
  const { env } = process;
  const profile = profileFor(set, env);
  const source = sourceOf(planCredentials({ profile, env, files: readSharedFiles(env) }));
  if (source.kind === 'login') {
    return { kind: 'by-command', command: ['aws', 'login', '--profile', source.profile] };
  }
  if (source.kind !== 'sso') return { kind: 'not-needed' };
  try {
    await signOn(source, new SsoOidc(source.region, transport, signal), { show, signal });
    return { kind: 'signed-in' };
  } catch (error) {
    throw failed(source, error);
  }
}

/** Returns where the credentials come from that assume all the roles. */
function sourceOf(plan: CredentialPlan): Exclude<CredentialPlan, { readonly kind: 'role' }> {
  return plan.kind === 'role' ? sourceOf(plan.source) : plan;
}

async function signOn(
  plan: SsoPlan,
  oidc: SsoOidc,
  { show, signal }: SignInRequest,
): Promise<void> {
  const client = await oidc.register(plan.session === undefined ? [] : plan.scopes);
  keepSecret(client.clientSecret);
  const device = await oidc.startDeviceAuthorization(client, plan.startUrl);
  keepSecret(device.deviceCode);
  const { verificationUriComplete: url, userCode: code } = device;
  if (!(await show({ profile: plan.profile, url, code }))) throw new Failure('cancelled', '');
  const token = await confirmed(oidc, client, device, signal);
  keepSecret(token.accessToken);
  keepSecret(token.refreshToken);
  const { accessToken, expiresIn, refreshToken } = token;
  await writeSsoToken(plan.session ?? plan.startUrl, {
    startUrl: plan.startUrl,
    region: plan.region,
    accessToken,
    expiresAt: timeInToken(Date.now() + expiresIn * 1000),
    clientId: client.clientId,
    clientSecret: client.clientSecret,
    registrationExpiresAt: timeInToken(client.clientSecretExpiresAt * 1000),
    ...(refreshToken === undefined ? {} : { refreshToken }),
  });
}

/** Waits until somebody has confirmed the code. */
async function confirmed(
  oidc: SsoOidc,
  client: OidcClient,
  device: DeviceAuthorization,
  signal: AbortSignal,
): Promise<SsoToken> {
  const endMs = Date.now() + device.expiresIn * 1000;
  let intervalMs = device.interval * 1000;
  for (;;) {
    await wait(intervalMs, undefined, { signal });
    try {
      return await oidc.createToken(client, device);
    } catch (error) {
      if (Date.now() >= endMs) throw error;
      if (error instanceof OidcError && error.name === 'slow_down') intervalMs += slowerByMs;
      else if (!isPassing(error)) throw error;
    }
  }
}

/** RFC 8628, section 3.5. */
const slowerByMs = 5_000;

/** Whether it is too early to give up: nobody has confirmed yet, or the network is away. */
function isPassing(error: unknown): boolean {
  if (error instanceof OidcError) return error.name === 'authorization_pending';
  return passingCodes.has(fromStoreError(error, { endpoint: '' }).code);
}

const passingCodes = new Set<FailureCode>(['unreachable', 'host-not-found', 'timed-out']);

function failed({ profile, region }: SsoPlan, error: unknown): Failure {
  const failure = toFailure(error, profile);
  if (error instanceof Failure || failure.code === 'cancelled') return failure;
  if (error instanceof OidcError) {
    const isOver = error.name === 'expired_token' || error.name === 'authorization_pending';
    const isDenied = error.name === 'access_denied';
    const why = isOver
      ? found`nobody confirmed the code in time`
      : isDenied
        ? found`the sign-in was declined`
        : found`the sign-in service says: ${error.said}`;
    return new Failure(isOver || isDenied ? 'sign-in-needed' : 'profile-failed', profile, why);
  }
  const { code } = fromStoreError(error, { endpoint: '' });
  if (code !== 'unexpected') return new Failure(code, oidcEndpoint(region).origin, error);
  return new Failure('profile-failed', profile, error);
}
