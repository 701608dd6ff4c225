// An OpenID provider that we did not write (npm oidc-provider), with FranceConnect's claims and a person who always says yes.
// `node provider.mjs '{"port", "client", "claims", "acr"}'`; prints a line when it listens.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const said = JSON.parse(process.argv[2]);
const key = (kid) => ({ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' });
const issuer = `http://127.0.0.1:${said.port}`;
const provider = new Provider(issuer, {
  jwks: { keys: [key('first')] },
  clients: [{
    ...said.client,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    userinfo_signed_response_alg: 'RS256',
    token_endpoint_auth_method: 'client_secret_basic',
  }],
  acrValues: ['eidas1', 'eidas2', 'eidas3'],
  claims: { openid: ['sub', ...Object.keys(said.claims)], acr: null, auth_time: null, sid: null, iss: null },
  scopes: ['openid', 'given_name', 'family_name', 'gender', 'birthdate', 'birthplace', 'birthcountry', 'preferred_username', 'email'],
  conformIdTokenClaims: true,
  pkce: { required: () => true },
  cookies: { keys: ['a key of a test'] },
  ttl: { AuthorizationCode: 30, IdToken: 60, AccessToken: 60, Interaction: 300, Session: 300, Grant: 300 },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => { ctx.body = `<html><body>${form}</body></html>`; } },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...said.claims }) }),
});

const answer = provider.callback();
createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  let result;
  if (said.refuse) result = { error: 'access_denied' };
  else if (prompt.name === 'login') result = { login: { accountId: said.account, acr: said.acr } };
  else {
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    grant.addOIDCClaims(Object.keys(said.claims));
    result = { consent: { grantId: await grant.save() } };
  }
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}).listen(said.port, '127.0.0.1', () => console.log('ready'));
