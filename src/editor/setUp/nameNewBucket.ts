import { l10n, type WorkspaceFolder, type LogOutputChannel } from 'vscode';
import {
  checkNewBucketName,
  createBucket,
  judgeBucketName,
  type BucketOption,
  type BucketNameFault,
} from '../../protocol/buckets';
import { connectionRegion } from '../../protocol/credentials';
import type { EngineClient } from '../client/engineClient';
import { inputStep } from '../quickInput/inputStep';
import { pickStep, type CheckState } from '../quickInput/pickStep';
import type { Step } from '../quickInput/steps';
import type { Profiles } from '../targets/profiles';
import { awsRegions } from './awsRegions';
import type { Choice } from './choice';
import { choosePrefix, type ChoosePrefixDeps } from './choosePrefix';
import { refusal } from './refusal';

export interface NameNewBucketDeps extends ChoosePrefixDeps {
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly profiles: Profiles;
}

/** Asks for a new bucket's name, region and options, and creates it. */
export function nameNewBucket(
  deps: NameNewBucketDeps,
  folder: WorkspaceFolder,
  typed: string,
): Step<Choice> {
  const settings = deps.profiles.settings(folder);
  let value = typed;
  return position =>
    inputStep<Choice>(position, {
      title: l10n.t('Create a Bucket'),
      total: position.number + (isAws(deps, folder) ? 3 : 2),
      prompt: l10n.t('Bucket name, unique across all of S3'),
      placeholder: l10n.t('for example {0}', 'jane-doe-backup'),
      value,
      async validate(name) {
        const fault = await deps.engine.sendRequest(judgeBucketName, name);
        return fault === null ? undefined : bucketNameWords(fault);
      },
      async accept(bucket, token) {
        value = bucket;
        try {
          await deps.engine.sendRequest(checkNewBucketName, { settings, bucket }, token);
        } catch (error) {
          return refusal(error);
        }
        const home = await deps.engine.sendRequest(connectionRegion, settings, token);
        const step = isAws(deps, folder)
          ? chooseRegion(deps, folder, bucket, home)
          : chooseOptions(deps, folder, bucket, home);
        return { kind: 'next', step };
      },
    });
}

/** The regions of stores other than AWS are unknown. */
function isAws(
  { profiles }: Pick<NameNewBucketDeps, 'profiles'>,
  folder: WorkspaceFolder,
): boolean {
  const endpoint = profiles.settings(folder)['endpoint'];
  return typeof endpoint !== 'string' || endpoint.trim() === '';
}

/** Offers the connection's own region first. */
function chooseRegion(
  deps: NameNewBucketDeps,
  folder: WorkspaceFolder,
  bucket: string,
  home: string,
): Step<Choice> {
  const others = awsRegions.filter(region => region !== home);
  return position =>
    pickStep<string, Choice>(position, {
      title: l10n.t('Create the Bucket “{0}”', bucket),
      total: position.number + 2,
      placeholder: l10n.t('In which region? This cannot be changed later'),
      items: [
        { label: home, description: l10n.t('region of the connection'), value: home },
        ...others.map(region => ({ label: region, value: region })),
      ],
      accept: ([region = home]) =>
        Promise.resolve({
          kind: 'next',
          step: chooseOptions(deps, folder, bucket, region),
        }),
    });
}

function chooseOptions(
  deps: NameNewBucketDeps,
  folder: WorkspaceFolder,
  bucket: string,
  region: string,
): Step<Choice> {
  return position =>
    pickStep<BucketOption, Choice>(position, {
      title: l10n.t('Create the Bucket “{0}” in {1}', bucket, region),
      total: position.number + 1,
      placeholder: l10n.t('Which options? Press Enter to create the bucket'),
      items: [
        {
          label: l10n.t('Block public access'),
          description: l10n.t('always'),
          detail: l10n.t('Only you and people you allow can read it.'),
          value: 'block-public-access',
        },
        {
          label: l10n.t('Keep versions'),
          detail: l10n.t('Replaced copies can be restored; they take up storage.'),
          value: 'keep-versions',
        },
        {
          label: l10n.t('Clean up unfinished uploads after 7 days'),
          detail: l10n.t('The store removes the parts of large files whose upload never finished.'),
          value: 'clean-up-uploads',
        },
      ],
      checkState,
      async accept(options, _typed, token) {
        const settings = deps.profiles.settings(folder);
        try {
          const created = await deps.engine.sendRequest(
            createBucket,
            { settings, bucket, region, options },
            token,
          );
          deps.log.info(`The bucket ${bucket} was created in ${region}.`);
          return { kind: 'no-return', step: choosePrefix(deps, { folder, bucket, created }) };
        } catch (error) {
          return refusal(error);
        }
      },
    });
}

function checkState(option: BucketOption): CheckState {
  switch (option) {
    case 'block-public-access':
      return 'required';
    case 'keep-versions':
      return 'checked';
    case 'clean-up-uploads':
      return 'unchecked';
  }
}

/**
 * Says what is wrong with a bucket's name, one sentence for each of S3's rules:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
function bucketNameWords(fault: BucketNameFault): string {
  switch (fault) {
    case 'characters':
      return l10n.t('Only lowercase letters a to z, digits, dots and hyphens can be used.');
    case 'too-short':
      return l10n.t('A bucket’s name needs at least 3 characters.');
    case 'too-long':
      return l10n.t('A bucket’s name can have at most 63 characters.');
    case 'ends':
      return l10n.t('A bucket’s name must begin and end with a letter or a digit.');
    case 'adjacent-dots':
      return l10n.t('Two dots in a row are not allowed.');
    case 'ip-address':
      return l10n.t('A bucket’s name must not look like an IP address.');
    case 'reserved-beginning':
      return l10n.t('S3 reserves names that begin with “xn--”, “sthree-” or “amzn-s3-demo-”.');
    case 'reserved-end':
      return l10n.t(
        'S3 reserves names that end in “-s3alias”, “--ol-s3”, “.mrap”, “--x-s3” or “--table-s3”.',
      );
  }
}
