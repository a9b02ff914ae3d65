import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import type { TrustSettings } from '../config/settings';
import { Failure } from '../failures/failure';

const usual: TrustSettings = { system: true, bundle: undefined };

/**
 * Returns what TLS connections trust: the authorities that Node knows, those of
 * `NODE_EXTRA_CA_CERTS`, those of this computer, and those of the file that environment or profile
 * name. VS Code adds the computer's on the extension host's main thread alone. Throws
 * `invalid-setting` where the file cannot be read.
 */
export function trustingContext({ system, bundle }: TrustSettings = usual): tls.SecureContext {
  const known = certificatesOf('default');
  // An older Node does not tell what it trusts: its own choice is kept, and only added to.
  const ca = [
    ...(known.length === 0 ? tls.rootCertificates : known),
    ...(system ? certificatesOf('system') : []),
    ...(bundle === undefined ? [] : [readBundle(bundle)]),
  ];
  return tls.createSecureContext({ ca: [...new Set(ca)] });
}

/** Node tells them from 22.15 on; a store of the system that cannot be read counts as empty. */
function certificatesOf(source: 'default' | 'system'): readonly string[] {
  try {
    return (tls as Partial<typeof tls>).getCACertificates?.(source) ?? [];
  } catch {
    return [];
  }
}

function readBundle({ path, source }: NonNullable<TrustSettings['bundle']>): string {
  try {
    const text = readFileSync(path, 'utf8');
    // It throws where there is no certificate in the text; a context would pass over that.
    new X509Certificate(text);
    return text;
  } catch (error) {
    throw new Failure('invalid-setting', source, error);
  }
}
