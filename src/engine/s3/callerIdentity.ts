import { hash } from 'node:crypto';
import { awsStore, storeOf } from '../../protocol/endpoint';
import type { CallerIdentity } from '../../protocol/credentials';
import type { ConnectionSettings } from '../config/settings';
import type { Identity } from './credentialProcess';
import { exchange } from './httpExchange';
import { collectBounded } from './proveAnswers';
import { Signer } from './signature';
import type { Transport } from './transport';

export interface CallerQuestion {
  readonly settings: ConnectionSettings;
  readonly identity: Identity;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/**
 * Returns whose credentials these are: by AWS's token service, or by the store itself where that is
 * another one, since nobody else gets what is signed with its keys. Throws where that is not told;
 * few stores know the question (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 */
export async function askWhoCalls(question: CallerQuestion): Promise<CallerIdentity> {
  const { settings, identity, transport, signal } = question;
  const region = settings.region ?? 'us-east-1';
  const endpoint = tokenServiceOf(settings, region);
  const bytes = Buffer.from('Action=GetCallerIdentity&Version=2011-06-15');
  const path = endpoint.pathname;
  const headers = {
    host: endpoint.host,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(bytes.byteLength),
  };
  const signed = new Signer({ region, name: 'sts' }).sign(
    { method: 'POST', path, query: {}, headers, sha256: hash('sha256', bytes) },
    identity,
    new Date(),
  );
  const answer = await exchange(
    {
      method: 'POST',
      endpoint,
      target: path,
      headers: { ...signed, 'user-agent': 's3-backup' },
      body: {
        bytes,
        send: into => {
          into.end(bytes);
          return Promise.resolve();
        },
      },
    },
    transport,
    signal,
  );
  const text = Buffer.from(await collectBounded(answer, { limitBytes: 1 << 16 })).toString();
  const account = /<Account>([\w-]+)<\/Account>/.exec(text)?.[1];
  const arn = /<Arn>([^<&]+)<\/Arn>/.exec(text)?.[1];
  if (answer.statusCode === 200 && account !== undefined && arn !== undefined) {
    return { account, arn };
  }
  throw new Error(`no identity with status ${String(answer.statusCode)}`);
}

function tokenServiceOf({ endpoint }: ConnectionSettings, region: string): URL {
  if (endpoint !== undefined && storeOf(endpoint) !== awsStore) return new URL(endpoint);
  const named = process.env['AWS_ENDPOINT_URL_STS'];
  if (named !== undefined && named !== '') return new URL(named);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return new URL(`https://sts.${region}.${domain}`);
}
