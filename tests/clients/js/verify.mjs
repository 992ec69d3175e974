// aws-jwt-verify against the keys that the service publishes.

import { JwtVerifier } from "aws-jwt-verify";
import { check, refusal, settings, tell } from "./told.mjs";

const { issuer, accessToken, idToken, client } = settings.tokens;

await tell({
  async tokensAreVerified() {
    const verifier = JwtVerifier.create({ issuer, audience: null });
    verifier.cacheJwks(await (await fetch(`${issuer}/.well-known/jwks.json`)).json());
    const access = await verifier.verify(accessToken, { audience: null });
    check(access.token_use === "access" && access.client_id === client, "the access token");
    const id = await verifier.verify(idToken, { audience: client });
    check(id.token_use === "id", "the ID token");
    const [head, body, signature] = accessToken.split(".");
    const flipped = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    return { forged: await refusal(verifier.verify(`${head}.${body}.${flipped}`)) };
  },
});
