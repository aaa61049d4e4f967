// Passkeys: the browser makes one or has one answer; the form carries the answer as JSON.
// A code works without any of this.
"use strict";

(() => {
  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => {
    const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
    return btoa(letters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const answered = (credential) => ({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
  const make = async (options) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    };
    const credential = await navigator.credentials.create({ publicKey });
    const { clientDataJSON, attestationObject } = credential.response;
    const response = {
      clientDataJSON: text(clientDataJSON),
      attestationObject: text(attestationObject),
    };
    return { ...answered(credential), response };
  };
  const ask = async (options) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    };
    const credential = await navigator.credentials.get({ publicKey });
    const { clientDataJSON, authenticatorData, signature } = credential.response;
    const response = {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
    };
    return { ...answered(credential), response };
  };

  const options = async (place, form) => {
    const asked = new FormData();
    asked.set("about", place.dataset.about || "");
    asked.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(place.dataset.passkey, { method: "POST", body: asked });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail);
    return said;
  };

  for (const place of document.querySelectorAll("[data-passkey]")) {
    const form = place.closest("form");
    const said = form.querySelector("[data-passkey-said]");
    if (!window.PublicKeyCredential) continue;
    place.hidden = false;
    place.querySelector("button").addEventListener("click", async () => {
      if (!form.reportValidity()) return;
      said.hidden = true;
      try {
        const given = await options(place, form);
        const answer = await ("make" in place.dataset ? make(given) : ask(given));
        form.querySelector("[data-passkey-answer]").value = JSON.stringify(answer);
        form.requestSubmit();
      } catch (error) {
        // What the browser says of a passkey is in no language of ours.
        said.textContent = error instanceof DOMException ? said.dataset.failed : error.message;
        said.hidden = false;
      }
    });
  }
})();
