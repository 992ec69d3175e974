// aws-amplify v6 (auth and core) against a running service.

import * as auth from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";
import { Amplify } from "@aws-amplify/core";
import { check, code, refusal, settings, tell, totp } from "./told.mjs";

const items = new Map();
const storage = {
  setItem: async (key, value) => void items.set(key, value),
  getItem: async (key) => items.get(key) ?? null,
  removeItem: async (key) => void items.delete(key),
  clear: async () => items.clear(),
};

function use(pool) {
  items.clear();
  const Cognito = {
    userPoolId: pool.id,
    userPoolClientId: pool.client,
    userPoolEndpoint: settings.endpoint,
  };
  cognitoUserPoolsTokenProvider.setAuthConfig({ Cognito });
  cognitoUserPoolsTokenProvider.setKeyValueStorage(storage);
  Amplify.configure({ Auth: { Cognito } }, { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });
}

async function signIn(username, options = {}, password = settings.password) {
  const input = { username, options };
  return (await auth.signIn(password === null ? input : { ...input, password })).nextStep.signInStep;
}

async function answer(challengeResponse) {
  return (await auth.confirmSignIn({ challengeResponse })).nextStep.signInStep;
}

await tell({
  async srp() {
    for (let turn = 0; turn < 20; turn += 1) {
      use(settings.pool);
      check((await signIn("plain")) === "DONE", "tokens");
    }
    use(settings.pool);
    return { turns: 20, wrong: await refusal(signIn("plain", {}, "Wr0ng-horse!")) };
  },

  async plainPassword() {
    use(settings.pool);
    check((await signIn("plain", { authFlowType: "USER_PASSWORD_AUTH" })) === "DONE", "tokens");
  },

  async sessionIsRefreshed() {
    use(settings.pool);
    await signIn("plain");
    const before = (await auth.fetchAuthSession()).tokens.accessToken.toString();
    const after = await auth.fetchAuthSession({ forceRefresh: true });
    check(after.tokens.accessToken.toString() !== before, "another token");
    check((await auth.getCurrentUser()).username === "plain", "plain");
    check((await auth.fetchUserAttributes()).sub, "attributes");
  },

  async signUpAndConfirm() {
    use(settings.pool);
    const mail = "amplify-new@example.com";
    const options = { userAttributes: { email: mail } };
    const made = await auth.signUp({ username: "amplify-new", password: settings.password, options });
    check(made.nextStep.signUpStep === "CONFIRM_SIGN_UP", "a code");
    const confirmationCode = await code(mail);
    await auth.confirmSignUp({ username: "amplify-new", confirmationCode });
    check((await signIn("amplify-new")) === "DONE", "tokens");
  },

  async forgottenPassword() {
    use(settings.pool);
    const asked = await auth.resetPassword({ username: "forgetful2" });
    check(asked.nextStep.resetPasswordStep === "CONFIRM_RESET_PASSWORD_WITH_CODE", "a code");
    await auth.confirmResetPassword({
      username: "forgetful2",
      confirmationCode: await code("forgetful2@example.com"),
      newPassword: "F0rgotten-horse!",
    });
    check((await signIn("forgetful2", {}, "F0rgotten-horse!")) === "DONE", "tokens");
    const newPassword = "Ch4nged-horse!";
    await auth.updatePassword({ oldPassword: "F0rgotten-horse!", newPassword });
    use(settings.pool);
    check((await signIn("forgetful2", {}, newPassword)) === "DONE", "tokens");
  },

  async newPassword() {
    use(settings.pool);
    const step = await signIn("invited2", {}, "Temp0rary-horse!");
    check(step === "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED", step);
    check((await answer("N3w-horse-battery!")) === "DONE", "tokens");
  },

  async totpIsRegisteredAndAsked() {
    use(settings.mfa);
    await signIn("totp2");
    const { sharedSecret } = await auth.setUpTOTP();
    await auth.verifyTOTPSetup({ code: await totp(sharedSecret) });
    await auth.updateMFAPreference({ totp: "PREFERRED" });
    check((await auth.fetchMFAPreference()).preferred === "TOTP", "TOTP");
    await auth.signOut();
    const step = await signIn("totp2");
    check(step === "CONFIRM_SIGN_IN_WITH_TOTP_CODE", step);
    check((await answer(await totp(sharedSecret))) === "DONE", "tokens");
  },

  async smsCode() {
    use(settings.mfa);
    check((await signIn("texted")) === "CONFIRM_SIGN_IN_WITH_SMS_CODE", "a code");
    check((await answer(await code("+4790000001"))) === "DONE", "tokens");
  },

  async mailCode() {
    use(settings.mfa);
    check((await signIn("mailed")) === "CONFIRM_SIGN_IN_WITH_EMAIL_CODE", "a code");
    check((await answer(await code("mailed@example.com"))) === "DONE", "tokens");
  },

  async totpIsSetUpWhileSigningIn() {
    use(settings.required);
    const { nextStep } = await auth.signIn({ username: "bare2", password: settings.password });
    check(nextStep.signInStep === "CONTINUE_SIGN_IN_WITH_TOTP_SETUP", nextStep.signInStep);
    const sent = await totp(nextStep.totpSetupDetails.sharedSecret);
    check((await answer(sent)) === "DONE", "tokens");
  },

  async chosenFirstFactor() {
    use(settings.choice);
    const options = { authFlowType: "USER_AUTH" };
    const step = await signIn("chooser", options, null);
    check(step === "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION", step);
    check((await answer("EMAIL_OTP")) === "CONFIRM_SIGN_IN_WITH_EMAIL_CODE", "a code");
    check((await answer(await code("chooser@example.com"))) === "DONE", "tokens");
  },

  async preferredFirstFactor() {
    use(settings.choice);
    const options = { authFlowType: "USER_AUTH", preferredChallenge: "EMAIL_OTP" };
    check((await signIn("chooser", options, null)) === "CONFIRM_SIGN_IN_WITH_EMAIL_CODE", "a code");
    check((await answer(await code("chooser@example.com"))) === "DONE", "tokens");
  },

  async preferredSrp() {
    use(settings.choice);
    const options = { authFlowType: "USER_AUTH", preferredChallenge: "PASSWORD_SRP" };
    check((await signIn("chooser", options)) === "DONE", "tokens");
  },

  async customChallenge() {
    use(settings.custom);
    const options = { authFlowType: "CUSTOM_WITHOUT_SRP" };
    const step = await signIn("puzzled", options, null);
    check(step === "CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE", step);
    check((await answer("sesame")) === "DONE", "tokens");
  },

  async customChallengeAfterSrp() {
    use(settings.custom);
    const step = await signIn("puzzled", { authFlowType: "CUSTOM_WITH_SRP" });
    check(step === "CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE", step);
    check((await answer("sesame")) === "DONE", "tokens");
  },

  async forcedRisk() {
    // A pool in test mode: the user name says what is found.
    use(settings.tested);
    check((await signIn("ann.risk-none")) === "DONE", "tokens");
    use(settings.tested);
    const step = await signIn("ann.risk-medium");
    check(step === "CONFIRM_SIGN_IN_WITH_EMAIL_CODE", step);
    check((await answer(await code("risky@example.com"))) === "DONE", "tokens");
    use(settings.tested);
    const blocked = await auth.signIn({ username: "ann.risk-high", password: settings.password }).then(
      () => ({}),
      (error) => error,
    );
    return { name: blocked.name, message: blocked.message };
  },

  async globalSignOut() {
    use(settings.pool);
    await signIn("plain");
    await auth.signOut({ global: true });
    return { after: await refusal(auth.getCurrentUser()) };
  },
});
