import { hasEnvironmentKeys } from './diagnoseCredentials';

/** The profile that an environment variable names. */
export interface EnvironmentProfile {
  readonly name: string;
  readonly variable: string;
}

/** Returns the profile that the environment names, in the AWS CLI's order where it names two. */
export function environmentProfile(env: NodeJS.ProcessEnv): EnvironmentProfile | undefined {
  for (const variable of ['AWS_DEFAULT_PROFILE', 'AWS_PROFILE']) {
    const name = env[variable];
    if (name !== undefined && name !== '') return { name, variable };
  }
  return undefined;
}

/**
 * Returns the profile whose credentials count: the one that was set, or else the one that the
 * environment names. Where the environment has keys itself, these count, as they do for the AWS CLI.
 */
export function profileFor(set: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  return set ?? (hasEnvironmentKeys(env) ? undefined : environmentProfile(env)?.name);
}
