import type { RawSettings } from '../../protocol/folders';
import type { Connection } from '../ports/connection';
import { connectionDefaults } from '../config/connectionDefaults';
import { parseConnectionSettings, type ConnectionSettings } from '../config/settings';
import { readSharedFiles, stampOf } from '../config/sharedFiles';

/** The stores that settings lead to. */
export interface Connections {
  /** The same one for the same settings. */
  of(raw: RawSettings): Connection;
  /** The next request gets its credentials anew; what is under way keeps the ones it has. */
  renew(): void;
  close(): void;
}

export function connections(connect: (settings: ConnectionSettings) => Connection): Connections {
  const current = new Map<string, Connection>();
  const retired: Connection[] = [];
  return {
    of(raw) {
      const files = readSharedFiles(process.env);
      const settings = parseConnectionSettings(raw, profile =>
        connectionDefaults(profile, process.env, files),
      );
      // Whoever mends the files is to be served by what they say now.
      const key = JSON.stringify([settings, stampOf(files.credentials), stampOf(files.config)]);
      let connection = current.get(key);
      if (connection === undefined) {
        connection = connect(settings);
        current.set(key, connection);
      }
      return connection;
    },
    renew() {
      retired.push(...current.values());
      current.clear();
    },
    close() {
      for (const connection of [...current.values(), ...retired]) connection.close();
    },
  };
}
