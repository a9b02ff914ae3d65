import { l10n } from 'vscode';
import type { CredentialPlace, PlaceSummary } from '../../protocol/credentials';

export function placeName(place: CredentialPlace): string {
  switch (place) {
    case 'environment':
      return l10n.t('Environment Variables');
    case 'web-identity':
      return l10n.t('Web Identity from Environment Variables');
    case 'container':
      return l10n.t('Role of This Container');
    case 'instance':
      return l10n.t('Role of This EC2 Instance');
  }
}

/** Says what speaks against a place; nothing is asked before it is chosen. */
export function placeDetail({ place, fault }: PlaceSummary): string | undefined {
  switch (fault?.kind) {
    case 'unset':
      return l10n.t('Not set in VS Code’s environment: {0}.', fault.variables.join(', '));
    case 'incomplete':
      return l10n.t(
        'Missing from VS Code’s environment, although related variables are set: {0}.',
        fault.variables.join(', '),
      );
    case 'switched-off':
      return l10n.t('Switched off by {0}.', fault.variable);
    case 'not-on-ec2':
      return l10n.t('This computer is not on EC2.');
    case undefined:
      return place === 'instance' || place === 'container'
        ? l10n.t('Only looked for when you choose it.')
        : undefined;
  }
}
