import type { AccessKey, MfaQuestion, SignInPage } from '../../protocol/credentials';

/** What of credentials only a person can do or has told. */
export interface PersonPort {
  /** Shows a page to sign in on; false where nobody wants to. */
  showSignInPage(page: SignInPage): Promise<boolean>;
  /** Returns the code of an MFA device; `undefined` where nobody gives one. */
  mfaCode(question: MfaQuestion): Promise<string | undefined>;
  /** Returns the access key that was typed in for a folder, by its URI. */
  accessKey(folder: string): Promise<AccessKey | undefined>;
}

/** For whoever uses the engine where there is nobody. */
export const nobody: PersonPort = {
  showSignInPage: () => Promise.resolve(false),
  mfaCode: () => Promise.resolve(undefined),
  accessKey: () => Promise.resolve(undefined),
};
