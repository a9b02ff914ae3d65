import { EventEmitter, type SecretStorage } from 'vscode';

/** A secret storage that lasts as long as a test. */
export function secretsInMemory(): SecretStorage & { readonly kept: ReadonlyMap<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    keys: () => Promise.resolve([...kept.keys()]),
    get: key => Promise.resolve(kept.get(key)),
    store(key, value) {
      kept.set(key, value);
      return Promise.resolve();
    },
    delete(key) {
      kept.delete(key);
      return Promise.resolve();
    },
    onDidChange: new EventEmitter<never>().event,
  };
}
