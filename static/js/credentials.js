// The browser's passkeys, asked with the server's options; the answer as JSON text.

export const canPasskeys = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

export async function answerOf(verb, options) {
  const { publicKey } = options.creation_options ?? options.request_options;
  if (verb === "create") {
    // Each passkey here also signs in alone: it is kept on the device and asks who holds it.
    publicKey.authenticatorSelection = { residentKey: "required", userVerification: "required" };
    const made = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
    return JSON.stringify(await navigator.credentials.create({ publicKey: made }));
  }
  const asked = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
  return JSON.stringify(await navigator.credentials.get({ publicKey: asked }));
}
