/**
 * Makes these the credentials that the AWS default chain finds, and no profile; the result puts the
 * environment back as it was.
 */
export function setAwsVariables(credentials: {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}): () => void {
  const wanted = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
  };
  const before = Object.keys(wanted).map(name => [name, process.env[name]] as const);
  assign(Object.entries(wanted));
  return () => {
    assign(before);
  };
}

function assign(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables) {
    // Assigning undefined would make it the text "undefined".
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
