import { l10n } from 'vscode';
import type { FailureEntry } from './failureEntry';
import { because, firstLink, meantEndpoint, secondLink, store } from './failureWords';

/** What goes wrong between this machine and the store. */
export const networkFailures = {
  unreachable: {
    brief: () => l10n.t('not reachable'),
    what: ({ subject, cause }) =>
      l10n.t('{0} cannot be reached{1}', store(subject), because(firstLink(cause))),
    next: () => l10n.t('Check the network, and the setting “s3Backup.endpoint”.'),
    actions: ['retry', 'change-endpoint', 'show-log'],
  },
  'host-not-found': {
    brief: () => l10n.t('host not found'),
    what: ({ subject }) => l10n.t('The host of {0} is not known to the network.', store(subject)),
    next: () =>
      l10n.t('Check the connection, and the settings “s3Backup.endpoint” and “s3Backup.region”.'),
    actions: ['retry', 'change-endpoint', 'show-log'],
  },
  'proxy-unreachable': {
    brief: () => l10n.t('proxy not reachable'),
    what: ({ subject, cause }) =>
      l10n.t('The proxy {0} cannot be reached{1}', subject, because(secondLink(cause))),
    next: ({ cause }) =>
      l10n.t('Check the network, and the proxy’s address in “{0}”.', firstLink(cause) ?? ''),
    actions: ['retry', 'open-settings', 'show-log'],
  },
  'proxy-refused': {
    brief: () => l10n.t('refused by the proxy'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The proxy {0} does not let S3 Backup through to the store{1}',
        subject,
        because(secondLink(cause)),
      ),
    next: () =>
      l10n.t(
        'Ask whoever runs the proxy to allow the store. If this computer can reach the store without the proxy, add its host to the setting “http.noProxy”.',
      ),
    actions: ['retry', 'open-settings', 'show-log'],
  },
  'proxy-authorization': {
    brief: () => l10n.t('proxy wants a password'),
    what: ({ subject }) =>
      l10n.t('The proxy {0} asks for a user name and password, or refuses them.', subject),
    next: ({ cause }) =>
      l10n.t(
        'Put them in the address in “{0}”, such as http://user:password@host:8080, or set “http.proxyAuthorization”.',
        firstLink(cause) ?? '',
      ),
    actions: ['open-settings', 'retry', 'show-log'],
  },
  'only-vscode-reaches': {
    brief: () => l10n.t('not reachable without a proxy'),
    what: ({ subject }) =>
      l10n.t(
        'S3 Backup cannot reach {0}, but VS Code can: probably through a proxy that only VS Code knows of.',
        store(subject),
      ),
    next: () => l10n.t('Set “http.proxy” to the address of that proxy.'),
    actions: ['open-settings', 'retry', 'show-log'],
  },
  certificate: {
    brief: () => l10n.t('certificate not trusted'),
    what: ({ subject }) =>
      l10n.t(
        'The certificate of {0} comes from an authority that this computer does not trust. Nothing was sent.',
        store(subject),
      ),
    next: () =>
      l10n.t(
        'Add the authority to the system’s certificates, or name a file with it in AWS_CA_BUNDLE or as “ca_bundle” of the AWS profile.',
      ),
    actions: ['retry', 'choose-credentials', 'show-log'],
  },
  'certificate-name': {
    brief: () => l10n.t('certificate of another name'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The certificate of {0} is for another name{1} Nothing was sent.',
        store(subject),
        because(firstLink(cause)),
      ),
    next: () => l10n.t('Set “s3Backup.endpoint” to the name that the certificate is for.'),
    actions: ['open-settings', 'retry', 'show-log'],
  },
  'certificate-date': {
    brief: () => l10n.t('certificate out of date'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The certificate of {0} is not valid today{1} Nothing was sent.',
        store(subject),
        because(firstLink(cause)),
      ),
    next: () => l10n.t('Ask whoever runs the store to renew it, or set this computer’s clock.'),
    actions: ['retry', 'show-log'],
  },
  'clock-skew': {
    brief: () => l10n.t('clock is wrong'),
    what: ({ subject }) =>
      l10n.t('{0} refuses requests because this computer’s clock is too far off.', store(subject)),
    next: () => l10n.t('Set the clock and try again.'),
    actions: ['retry', 'show-log'],
  },
  'timed-out': {
    brief: () => l10n.t('timed out'),
    what: ({ subject }) => l10n.t('{0} did not answer in time.', store(subject)),
    next: () =>
      l10n.t(
        'Try again. If it keeps happening, check the setting “s3Backup.endpoint”, and whether a firewall or proxy is in the way.',
      ),
    actions: ['retry', 'change-endpoint', 'show-log'],
  },
  'store-busy': {
    brief: () => l10n.t('store busy'),
    what: ({ subject }) => l10n.t('{0} is too busy to answer.', store(subject)),
    next: () => l10n.t('Try again later.'),
    actions: ['retry', 'show-log'],
  },
  'store-error': {
    brief: () => l10n.t('error in the store'),
    what: ({ subject, cause }) =>
      l10n.t('{0} answered with an error{1}', store(subject), because(firstLink(cause))),
    next: () =>
      l10n.t('Try again later. If it keeps happening, show the log to whoever runs the store.'),
    actions: ['retry', 'show-log'],
  },
  'not-s3': {
    brief: () => l10n.t('not an S3 store'),
    what: ({ subject }) => l10n.t('{0} answers, but not as an S3 store does.', store(subject)),
    next: () => l10n.t('Check the setting “s3Backup.endpoint”.'),
    actions: ['open-settings', 'retry', 'show-log'],
  },
  'bucket-in-endpoint': {
    brief: () => l10n.t('bucket in the endpoint'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The endpoint {0} already contains the bucket’s name, which S3 Backup adds by itself. Did you mean {1}?',
        subject,
        meantEndpoint(cause),
      ),
    actions: ['use-endpoint', 'open-settings', 'show-log'],
  },
  'bucket-elsewhere': {
    brief: () => l10n.t('at another endpoint'),
    what: ({ subject, cause }) =>
      l10n.t('{0} says that the bucket is at {1}.', store(subject), meantEndpoint(cause)),
    next: () => l10n.t('Use that as the endpoint if you trust it.'),
    actions: ['use-endpoint', 'open-settings', 'show-log'],
  },
  'needs-https': {
    brief: () => l10n.t('expects https'),
    what: ({ subject, cause }) =>
      l10n.t(
        'The endpoint {0} begins with http, but the server there expects https. Did you mean {1}?',
        subject,
        meantEndpoint(cause),
      ),
    actions: ['use-endpoint', 'open-settings', 'show-log'],
  },
  'needs-http': {
    brief: () => l10n.t('no https there'),
    what: ({ subject }) =>
      l10n.t('The endpoint {0} begins with https, but the server there only speaks http.', subject),
    // No button: whoever sits on the way could ask for it.
    next: ({ cause }) =>
      l10n.t(
        'Check its port. If the store has no https, set the endpoint to {0}; others on the network can then read what is sent.',
        meantEndpoint(cause),
      ),
    actions: ['open-settings', 'retry', 'show-log'],
  },
  'wrong-region': {
    brief: () => l10n.t('other region'),
    what: ({ subject, cause }) =>
      l10n.t('{0} does not accept this region{1}', store(subject), because(firstLink(cause))),
    next: () => l10n.t('Set “s3Backup.region” to the store’s region.'),
    actions: ['open-settings', 'retry', 'show-log'],
  },
} satisfies Readonly<Record<string, FailureEntry>>;
