import type { BucketPage, BucketPageRequest } from '../../protocol/buckets';
import { awsStore } from '../../protocol/endpoint';
import type {
  CallerIdentity,
  CallerRequest,
  ConnectionCheck,
  CredentialSources,
  SignInOutcome,
  SignInPage,
} from '../../protocol/credentials';
import type { RawSettings } from '../../protocol/folders';
import { credentialSources } from '../config/profiles';
import { readSharedFiles } from '../config/sharedFiles';
import type { Connection } from '../ports/connection';
import { checkConnection, listBuckets } from '../store/checkConnection';
import type { EngineServices } from './engineServices';

/** What is asked before a folder has a target: which credentials there are, and what a store has. */
export class StoreQuestions {
  readonly #services: EngineServices;

  constructor(services: EngineServices) {
    this.#services = services;
  }

  credentialSources(): CredentialSources {
    return credentialSources(process.env, readSharedFiles(process.env));
  }

  checkConnection(check: ConnectionCheck, signal: AbortSignal): Promise<void> {
    return this.#told(checkConnection(this.#services, check, signal));
  }

  listBuckets(request: BucketPageRequest, signal: AbortSignal): Promise<BucketPage> {
    return this.#told(listBuckets(this.#services, request, signal));
  }

  /** Returns whose credentials these are, where that is told. */
  async caller(
    { settings, mayAskStore }: CallerRequest,
    signal: AbortSignal,
  ): Promise<CallerIdentity | undefined> {
    const connection = this.connection(settings);
    if (connection.store !== awsStore && !mayAskStore) return undefined;
    return connection.caller(signal);
  }

  /** Signs a person in; what waits for that goes on by itself. */
  async signIn(raw: RawSettings, signal: AbortSignal): Promise<SignInOutcome> {
    const { batches, connections, person } = this.#services;
    const show = (page: SignInPage) => person.showSignInPage(page);
    const outcome = await connections.of(raw).signIn({ show, signal });
    batches.probe();
    return outcome;
  }

  /** Lets what waits for credentials ask for them again, since there may be others. */
  tryAgain(): void {
    this.#services.batches.probe();
  }

  /** The same, for what is told of it without a request. */
  named(raw: RawSettings): Connection {
    return this.#services.connections.unasked(raw);
  }

  /** The store that these settings lead to; the same one for the same settings. */
  connection(raw: RawSettings): Connection {
    return this.#services.connections.of(raw);
  }

  /** No answer precedes the state that it leads to. */
  #told<T>(work: Promise<T>): Promise<T> {
    return work.finally(this.#services.flush);
  }
}
