import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate with its key, as a TLS server takes them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Host names and IPv4 addresses that it is for. */
  readonly names?: readonly string[];
  readonly from?: Date;
  readonly until?: Date;
}

const dayMs = 86_400_000;

/**
 * An authority of this test's own, whose certificates only count where its `cert` is trusted. Node
 * can make keys but no certificates, and openssl is not everywhere: this writes the little of X.509
 * that is needed (RFC 5280, section 4.1; DER: ITU-T X.690).
 */
export class CertificateAuthority {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  /** In PEM. */
  readonly cert: string;

  constructor() {
    this.cert = this.#certificate(this.#keys.publicKey, 'Test Authority', {}, [
      // It is an authority.
      sequence(
        oid(0x55, 0x1d, 0x13),
        der(0x01, Buffer.of(0xff)),
        octets(sequence(der(0x01, Buffer.of(0xff)))),
      ),
    ]);
  }

  issue({ names = ['127.0.0.1', 'localhost'], ...options }: CertificateOptions = {}): Certificate {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const general = names.map(name =>
      /^[\d.]+$/.test(name)
        ? der(0x87, Buffer.from(name.split('.').map(Number)))
        : der(0x82, Buffer.from(name)),
    );
    const cert = this.#certificate(publicKey, names[0] ?? '', options, [
      // Its names.
      sequence(oid(0x55, 0x1d, 0x11), octets(sequence(...general))),
    ]);
    return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
  }

  #certificate(
    key: KeyObject,
    name: string,
    {
      from = new Date(Date.now() - dayMs),
      until = new Date(Date.now() + dayMs),
    }: CertificateOptions,
    extensions: readonly Buffer[],
  ): string {
    const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
    const toBeSigned = sequence(
      der(0xa0, der(0x02, Buffer.of(2))),
      der(0x02, Buffer.concat([Buffer.of(0x01), randomBytes(8)])),
      ecdsaWithSha256,
      commonName('Test Authority'),
      sequence(time(from), time(until)),
      commonName(name),
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(...extensions)),
    );
    const signature = sign('sha256', toBeSigned, this.#keys.privateKey);
    const bits = der(0x03, Buffer.concat([Buffer.of(0), signature]));
    const body = sequence(toBeSigned, ecdsaWithSha256, bits).toString('base64');
    return `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  }
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function octets(content: Buffer): Buffer {
  return der(0x04, content);
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))));
}

/** As GeneralizedTime, in whole seconds. */
function time(date: Date): Buffer {
  return der(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}
