// amazon-cognito-identity-js against a running service.

import {
  AuthenticationDetails,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
} from "amazon-cognito-identity-js";
import { check, code, refusal, settings, tell, totp } from "./told.mjs";

class Memory {
  constructor() {
    this.items = new Map();
  }
  setItem(key, value) {
    this.items.set(key, value);
  }
  getItem(key) {
    return this.items.has(key) ? this.items.get(key) : null;
  }
  removeItem(key) {
    this.items.delete(key);
  }
  clear() {
    this.items.clear();
  }
}

function userOf(name, pool = settings.pool, storage = new Memory()) {
  const options = {
    UserPoolId: pool.id,
    ClientId: pool.client,
    endpoint: settings.endpoint,
    Storage: storage,
  };
  const Pool = new CognitoUserPool(options);
  return new CognitoUser({ Username: name, Pool, Storage: storage });
}

function called(action) {
  return new Promise((resolve, reject) =>
    action((error, result) => (error ? reject(error) : resolve(result))),
  );
}

// What comes next: {step, ...}, whichever callback is called.
function next(user, action) {
  return new Promise((resolve, reject) => {
    const to = (step) => (first, second) => resolve({ step, first, second });
    action({
      onSuccess: (session, necessary) => resolve({ step: "DONE", session, necessary }),
      onFailure: reject,
      newPasswordRequired: to("NEW_PASSWORD"),
      mfaRequired: to("MFA"),
      totpRequired: to("TOTP"),
      selectMFAType: to("SELECT"),
      mfaSetup: to("SETUP"),
      customChallenge: to("CUSTOM"),
    });
  });
}

function signIn(user, password = settings.password) {
  const details = new AuthenticationDetails({ Username: user.getUsername(), Password: password });
  return next(user, (callbacks) => user.authenticateUser(details, callbacks));
}

async function signUp(pool, name, mail) {
  const options = { UserPoolId: pool.id, ClientId: pool.client, endpoint: settings.endpoint };
  const attributes = [new CognitoUserAttribute({ Name: "email", Value: mail })];
  const Pool = new CognitoUserPool({ ...options, Storage: new Memory() });
  return called((done) => Pool.signUp(name, settings.password, attributes, null, done));
}

await tell({
  async srp() {
    for (let turn = 0; turn < 20; turn += 1) {
      const user = userOf("plain");
      check((await signIn(user)).step === "DONE", "tokens");
    }
    return { turns: 20, wrong: await refusal(signIn(userOf("plain"), "Wr0ng-horse!")) };
  },

  async plainPassword() {
    const user = userOf("plain");
    user.setAuthenticationFlowType("USER_PASSWORD_AUTH");
    check((await signIn(user)).step === "DONE", "tokens");
  },

  async sessionIsRefreshed() {
    const user = userOf("plain");
    const { session } = await signIn(user);
    const before = session.getAccessToken().getJwtToken();
    const token = new CognitoRefreshToken({ RefreshToken: session.getRefreshToken().getToken() });
    const renewed = await called((done) => user.refreshSession(token, done));
    check(renewed.getAccessToken().getJwtToken() !== before, "another token");
    check((await called((done) => user.getSession(done))).isValid(), "a valid session");
  },

  async attributes() {
    const user = userOf("plain");
    await signIn(user);
    const attribute = new CognitoUserAttribute({ Name: "nickname", Value: "P" });
    await called((done) => user.updateAttributes([attribute], done));
    const listed = await called((done) => user.getUserAttributes(done));
    check(listed.some((each) => each.getName() === "nickname" && each.getValue() === "P"), "P");
  },

  async passwordIsChanged() {
    const user = userOf("changer");
    await signIn(user);
    await called((done) => user.changePassword(settings.password, "Ch4nged-horse!", done));
    check((await signIn(userOf("changer"), "Ch4nged-horse!")).step === "DONE", "tokens");
  },

  async globalSignOut() {
    const user = userOf("plain");
    await signIn(user);
    await new Promise((onSuccess, onFailure) => user.globalSignOut({ onSuccess, onFailure }));
    return { after: await refusal(called((done) => user.getUserAttributes(done))) };
  },

  async signUpAndConfirm() {
    const mail = "identity-new@example.com";
    const result = await signUp(settings.pool, "identity-new", mail);
    check(!result.userConfirmed && result.codeDeliveryDetails.Destination === "i***@e***", "a code");
    const user = userOf("identity-new");
    const early = await refusal(signIn(user));
    await called((done) => user.resendConfirmationCode(done));
    await called(async (done) => user.confirmRegistration(await code(mail), true, done));
    check((await signIn(userOf("identity-new"))).step === "DONE", "tokens");
    return { early };
  },

  async forgottenPassword() {
    const user = userOf("forgetful");
    await new Promise((resolve, reject) =>
      user.forgotPassword({ onSuccess: resolve, onFailure: reject, inputVerificationCode: resolve }),
    );
    const sent = await code("forgetful@example.com");
    await new Promise((onSuccess, onFailure) =>
      user.confirmPassword(sent, "F0rgotten-horse!", { onSuccess, onFailure }),
    );
    check((await signIn(userOf("forgetful"), "F0rgotten-horse!")).step === "DONE", "tokens");
  },

  async newPassword() {
    const user = userOf("invited");
    const asked = await signIn(user, "Temp0rary-horse!");
    check(asked.step === "NEW_PASSWORD", "a new password");
    const done = await next(user, (callbacks) =>
      user.completeNewPasswordChallenge("N3w-horse-battery!", {}, callbacks),
    );
    check(done.step === "DONE", "tokens");
  },

  async totpIsRegisteredAndAsked() {
    const user = userOf("totp", settings.mfa);
    await signIn(user);
    const secret = await new Promise((associateSecretCode, onFailure) =>
      user.associateSoftwareToken({ associateSecretCode, onFailure }),
    );
    const first = await totp(secret);
    await new Promise((onSuccess, onFailure) =>
      user.verifySoftwareToken(first, "app", { onSuccess, onFailure }),
    );
    const wish = { PreferredMfa: true, Enabled: true };
    await called((done) => user.setUserMfaPreference(null, wish, done));
    const again = userOf("totp", settings.mfa);
    check((await signIn(again)).step === "TOTP", "a code");
    const sent = await totp(secret);
    const done = await next(again, (callbacks) =>
      again.sendMFACode(sent, callbacks, "SOFTWARE_TOKEN_MFA"),
    );
    check(done.step === "DONE", "tokens");
  },

  async smsCode() {
    const user = userOf("texted", settings.mfa);
    check((await signIn(user)).step === "MFA", "a code");
    const sent = await code("+4790000001");
    const done = await next(user, (callbacks) => user.sendMFACode(sent, callbacks));
    check(done.step === "DONE", "tokens");
  },

  async totpIsSetUpWhileSigningIn() {
    const user = userOf("bare", settings.required);
    check((await signIn(user)).step === "SETUP", "a set-up");
    const secret = await new Promise((associateSecretCode, onFailure) =>
      user.associateSoftwareToken({ associateSecretCode, onFailure }),
    );
    const first = await totp(secret);
    const session = await new Promise((onSuccess, onFailure) =>
      user.verifySoftwareToken(first, "app", { onSuccess, onFailure }),
    );
    check(session.getAccessToken().getJwtToken(), "tokens");
  },

  async deviceIsRemembered() {
    const storage = new Memory();
    globalThis.navigator ??= { userAgent: "node" };
    const first = userOf("tracked", settings.devices, storage);
    check((await signIn(first)).step === "MFA", "a code");
    const sent = await code("+4790000002");
    await next(first, (callbacks) => first.sendMFACode(sent, callbacks));
    const second = userOf("tracked", settings.devices, storage);
    check((await signIn(second)).step === "DONE", "tokens without a code");
    const listed = await new Promise((onSuccess, onFailure) =>
      second.listDevices(10, null, { onSuccess, onFailure }),
    );
    check(listed.Devices.length === 1, "one device");
    await new Promise((onSuccess, onFailure) => second.forgetDevice({ onSuccess, onFailure }));
    const third = userOf("tracked", settings.devices, storage);
    check((await signIn(third)).step === "MFA", "a code again");
  },

  async customChallenge() {
    const user = userOf("puzzled", settings.custom);
    const details = new AuthenticationDetails({ Username: "puzzled" });
    const asked = await next(user, (callbacks) => user.initiateAuth(details, callbacks));
    check(asked.step === "CUSTOM" && asked.first.hint === "the word", "a challenge");
    const done = await next(user, (callbacks) =>
      user.sendCustomChallengeAnswer("sesame", callbacks),
    );
    check(done.step === "DONE", "tokens");
  },

  async customChallengeAfterSrp() {
    const user = userOf("puzzled", settings.custom);
    user.setAuthenticationFlowType("CUSTOM_AUTH");
    check((await signIn(user)).step === "CUSTOM", "a challenge");
    const done = await next(user, (callbacks) =>
      user.sendCustomChallengeAnswer("sesame", callbacks),
    );
    check(done.step === "DONE", "tokens");
  },

  async forcedRisk() {
    check((await signIn(userOf("ann.risk-none", settings.tested))).step === "DONE", "tokens");
    const user = userOf("ted.risk-medium", settings.tested);
    check((await signIn(user)).step === "MFA", "a code");
    const sent = await code("+4790000003");
    const done = await next(user, (callbacks) => user.sendMFACode(sent, callbacks));
    check(done.step === "DONE", "tokens");
    const refused = await signIn(userOf("ann.risk-high", settings.tested)).then(
      () => null,
      (error) => error,
    );
    return { name: refused.name, message: refused.message };
  },
});
