import type { CredentialPlace, PlaceFault, PlaceSummary } from '../../protocol/credentials';
import { Failure } from '../failures/failure';
import { found } from '../failures/found';
import type { CredentialPlan } from './credentialPlan';
import { isSet } from './diagnoseCredentials';
import { instanceRole, instanceSwitch } from './instanceRole';

export const places: readonly CredentialPlace[] = [
  'environment',
  'web-identity',
  'container',
  'instance',
];

/** Returns the places besides the shared files, and what speaks against each. Asks nobody. */
export function credentialPlaces(env: NodeJS.ProcessEnv): readonly PlaceSummary[] {
  return places.map(place => ({ place, fault: placeFault(place, env) }));
}

/** Returns how a place gives credentials. Throws what is certainly wrong, before any request. */
export function planPlace(place: CredentialPlace, env: NodeJS.ProcessEnv): CredentialPlan {
  const fault = placeFault(place, env);
  if (fault !== undefined) throw failureOf(place, fault);
  return place === 'web-identity'
    ? {
        kind: 'web-identity',
        roleArn: env['AWS_ROLE_ARN'] ?? '',
        tokenFile: env['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '',
        sessionName: isSet(env['AWS_ROLE_SESSION_NAME']) ? env['AWS_ROLE_SESSION_NAME'] : undefined,
        region: undefined,
      }
    : { kind: place };
}

function placeFault(place: CredentialPlace, env: NodeJS.ProcessEnv): PlaceFault | undefined {
  switch (place) {
    case 'environment':
      return allNeeded(env, ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
    case 'web-identity':
      return allNeeded(env, ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN']);
    case 'container': {
      const variables = [
        'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
        'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      ];
      return variables.some(name => isSet(env[name])) ? undefined : { kind: 'unset', variables };
    }
    case 'instance': {
      const role = instanceRole(env);
      if (role.kind === 'possible') return undefined;
      return role.why === 'switched-off'
        ? { kind: 'switched-off', variable: instanceSwitch }
        : { kind: 'not-on-ec2' };
    }
  }
}

function allNeeded(env: NodeJS.ProcessEnv, names: readonly string[]): PlaceFault | undefined {
  const variables = names.filter(name => !isSet(env[name]));
  if (variables.length === 0) return undefined;
  return { kind: variables.length === names.length ? 'unset' : 'incomplete', variables };
}

function failureOf(place: CredentialPlace, fault: PlaceFault): Failure {
  switch (fault.kind) {
    case 'unset':
      return new Failure('no-credentials', place, found`${fault.variables.join(', ')} (not set)`);
    case 'incomplete': {
      const names = fault.variables.join(', ');
      return new Failure('credentials-incomplete', names, found`${names} is not set, others are`);
    }
    case 'switched-off':
      return new Failure('no-credentials', place, found`switched off by ${fault.variable}`);
    case 'not-on-ec2':
      return new Failure('no-credentials', place, found`this machine is not on EC2`);
  }
}
