/* Hygie: passkeys. Every page works without this file: what needs it is shown by it.
   A form [data-hy-passkey="use"|"make"] has its question at data-question; the answer goes back in its two hidden
   fields, by the form itself. */
(function () {
  "use strict";

  if (!window.PublicKeyCredential || !navigator.credentials) {
    return;
  }

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) {
      return letter.charCodeAt(0);
    });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function described(list) {
    return (list || []).map(function (each) {
      return Object.assign({}, each, { id: bytes(each.id) });
    });
  }

  function question(options) {
    var asked = Object.assign({}, options, { challenge: bytes(options.challenge) });
    if (options.user) {
      asked.user = Object.assign({}, options.user, { id: bytes(options.user.id) });
      asked.excludeCredentials = described(options.excludeCredentials);
    } else {
      asked.allowCredentials = described(options.allowCredentials);
    }
    return asked;
  }

  function answer(credential) {
    var from = credential.response;
    var response = { clientDataJSON: text(from.clientDataJSON) };
    if (from.attestationObject) {
      response.attestationObject = text(from.attestationObject);
    } else {
      response.authenticatorData = text(from.authenticatorData);
      response.signature = text(from.signature);
      if (from.userHandle && from.userHandle.byteLength) {
        response.userHandle = text(from.userHandle);
      }
    }
    return JSON.stringify({ id: credential.id, rawId: credential.id, type: credential.type, response: response });
  }

  var waiting = null;

  function stopWaiting() {
    if (waiting) {
      waiting.abort();
      waiting = null;
    }
  }

  function ask(form, more) {
    return fetch(form.getAttribute("data-question"), { headers: { Accept: "application/json" } })
      .then(function (found) {
        if (!found.ok) {
          throw new Error("no question");
        }
        return found.json();
      })
      .then(function (found) {
        var wanted = Object.assign({ publicKey: question(found.publicKey) }, more);
        var made = form.getAttribute("data-hy-passkey") === "make";
        return (made ? navigator.credentials.create(wanted) : navigator.credentials.get(wanted)).then(function (credential) {
          form.elements.reponse.value = answer(credential);
          form.elements.etat.value = found.state;
          form.submit();
        });
      });
  }

  document.querySelectorAll("form[data-hy-passkey]").forEach(function (form) {
    var button = form.querySelector("[data-hy-passkey-button]");
    var fault = form.querySelector("[data-hy-passkey-fault]");
    var without = form.querySelector("[data-hy-passkey-without]");
    form.hidden = button.hidden = false;
    if (without) {
      without.hidden = true;
    }
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      stopWaiting();
      if (!form.reportValidity()) {
        return;
      }
      fault.hidden = true;
      button.setAttribute("aria-busy", "true");
      ask(form, {}).catch(function () {
        button.removeAttribute("aria-busy");
        fault.hidden = false;
        button.focus();
      });
    });
  });

  /* The browser may offer passkeys under the name's field, by itself. */
  var automatic = document.querySelector("form[data-hy-passkey-auto]");
  if (automatic && PublicKeyCredential.isConditionalMediationAvailable && window.AbortController) {
    PublicKeyCredential.isConditionalMediationAvailable().then(function (can) {
      if (can) {
        waiting = new AbortController();
        ask(automatic, { mediation: "conditional", signal: waiting.signal }).catch(function () {});
      }
    });
  }
})();
