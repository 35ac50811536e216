// Forms that carry what the browser signs with a passkey. Without this script,
// or in a browser that knows no passkeys, they stay hidden.
"use strict";
if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      carry(form).catch(() => tell(form, form.dataset.failed));
    });
  }
}

async function carry(form) {
  const answer = await fetch(form.dataset.ask, { method: "POST" });
  const asked = await answer.json();
  if (answer.status === 401 && form.dataset.prove) {
    window.location.assign(form.dataset.prove);
    return;
  }
  if (!answer.ok) {
    tell(form, asked.alert || form.dataset.failed);
    return;
  }
  const key = asked.options.publicKey;
  const signed = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(key) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(key) });
  form.elements.ceremony.value = asked.ceremony;
  form.elements.credential.value = JSON.stringify(signed.toJSON());
  form.submit();
}

function tell(form, text) {
  let alert = form.querySelector("[role=alert]");
  if (!alert) {
    alert = document.createElement("p");
    alert.className = "wrong";
    alert.setAttribute("role", "alert");
    form.append(alert);
  }
  alert.textContent = text;
}
