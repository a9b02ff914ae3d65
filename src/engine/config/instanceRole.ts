import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether this machine may have the role of an EC2 instance. It would be asked for at an address that
 * answers on EC2 alone, and is silent elsewhere, or refuses after a while.
 */
export type InstanceRole =
  | { readonly kind: 'possible' }
  | { readonly kind: 'none'; readonly why: 'switched-off' | 'not-on-ec2' };

export const instanceSwitch = 'AWS_EC2_METADATA_DISABLED';

/**
 * Reads it off what the firmware says of the machine, as cloud-init does
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html). Where that cannot
 * be read, as on systems other than Linux and in some containers, the role is possible.
 */
export function instanceRole(env: NodeJS.ProcessEnv, firmware = '/sys/class/dmi/id'): InstanceRole {
  const disabled = env[instanceSwitch] ?? '';
  if (disabled !== '' && disabled !== 'false') {
    return { kind: 'none', why: 'switched-off' };
  }
  // Whoever names an address of its own knows that something answers there.
  if ((env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? '') !== '') return { kind: 'possible' };
  const words = ['sys_vendor', 'bios_vendor', 'bios_version', 'product_version'].flatMap(
    name => read(join(firmware, name)) ?? [],
  );
  return words.length === 0 || words.some(word => /amazon|ec2/i.test(word))
    ? { kind: 'possible' }
    : { kind: 'none', why: 'not-on-ec2' };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return undefined;
  }
}
