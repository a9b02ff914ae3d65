import type { FolderSetup, RawSettings } from '../../protocol/folders';
import { connectionDefaults } from '../config/connectionDefaults';
import { parseConnectionSettings, type ConnectionSettings } from '../config/settings';
import { readSharedFiles, stampOf } from '../config/sharedFiles';
import type { Connection } from '../ports/connection';

/** The connections to the stores that settings lead to. */
export class Connections {
  readonly #connect: (settings: ConnectionSettings) => Connection;
  readonly #current = new Map<string, Connection>();
  readonly #retired: Connection[] = [];

  constructor(connect: (settings: ConnectionSettings) => Connection) {
    this.#connect = connect;
  }

  /**
   * Returns the same connection for the same settings, for something new that a person wants. Throws
   * `invalid-setting`.
   */
  of(raw: RawSettings): Connection {
    const connection = this.unasked(raw);
    connection.tryAgain();
    return connection;
  }

  /** The one for a folder, by whether a person wants something of it. */
  forSetup({ settings, isUnasked }: Pick<FolderSetup, 'settings' | 'isUnasked'>): Connection {
    return isUnasked === true ? this.unasked(settings) : this.of(settings);
  }

  /**
   * The same, where nobody wants anything just now: credentials that have failed stay failed, and
   * nobody is asked for any.
   */
  unasked(raw: RawSettings): Connection {
    const files = readSharedFiles(process.env);
    const settings = parseConnectionSettings(
      raw,
      profile => connectionDefaults(profile, process.env, files),
      process.env,
    );
    // Whoever corrects the files expects what they say now to be used.
    const key = JSON.stringify([settings, stampOf(files.credentials), stampOf(files.config)]);
    let connection = this.#current.get(key);
    if (connection === undefined) {
      connection = this.#connect(settings);
      this.#current.set(key, connection);
    }
    return connection;
  }

  /** Lets all sources of credentials that have failed be asked again. */
  tryAgain(): void {
    for (const connection of [...this.#current.values(), ...this.#retired]) connection.tryAgain();
  }

  /** Makes the next request get its credentials anew; what is under way keeps the ones it has. */
  renew(): void {
    this.#retired.push(...this.#current.values());
    this.#current.clear();
  }

  /** Closes all connections. */
  close(): void {
    for (const connection of [...this.#current.values(), ...this.#retired]) connection.close();
  }
}
