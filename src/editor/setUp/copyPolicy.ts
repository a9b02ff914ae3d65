import { env, l10n, window, type WorkspaceFolder } from 'vscode';
import type { RawSettings } from '../../protocol/folders';
import { targetText, type Target } from '../targets/target';
import { configuredPrefix } from '../targets/targetSettings';
import { existingBucketFault, readAddress } from './typedBucket';

/** What is known of the target that a policy is for. */
export interface PolicyFor {
  readonly folder: WorkspaceFolder;
  readonly settings: RawSettings;
  /** Where the folder is backed up, or the bucket that the user has typed. */
  readonly proposed: Partial<Target> | undefined;
}

/**
 * Copies the policy that is enough for a target, filled in, for whoever runs the bucket. Asks for the
 * target first, since the policy is needed before anything can be listed.
 */
export async function copyPolicy({ folder, settings, proposed }: PolicyFor): Promise<void> {
  const { bucket = '', prefix = configuredPrefix(folder) } = proposed ?? {};
  const typed = await window.showInputBox({
    title: l10n.t('Copy the Smallest Policy'),
    prompt: l10n.t('Bucket and prefix, such as bucket/prefix'),
    value: `${bucket}/${prefix}`,
    valueSelection: [0, bucket.length],
    ignoreFocusOut: true,
    validateInput: text => existingBucketFault(readAddress(text).bucket),
  });
  if (typed === undefined) return;
  const target = readAddress(typed);
  await env.clipboard.writeText(smallestPolicy(target, partitionOf(settings['region'])));
  void window.showInformationMessage(
    l10n.t('Copied the policy for {0}.', `s3://${targetText(target)}`),
  );
}

/** The rights that all but the extras need; `docs/rights.md` explains them. */
export function smallestPolicy({ bucket, prefix }: Target, partition: string): string {
  const arn = `arn:${partition}:s3:::${bucket}`;
  const statements = [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `${arn}/${prefix}*` },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn },
  ];
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: unknown): string {
  if (typeof region !== 'string') return 'aws';
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
