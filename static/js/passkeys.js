// Forms that are answered with a passkey: the browser asks, the answer travels in the form.
// data-passkey="create" or "get"; the options stand in a script of the page (data-options) or are
// asked for (data-options-from).

import { answerOf, canPasskeys } from "./credentials.js";

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no options");
  return answer.json();
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const said = form.querySelector("[data-error]");
  const button = form.querySelector("[type=submit]");
  form.hidden = !canPasskeys;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = "";
    try {
      form.elements.credential.value = await answerOf(form.dataset.passkey, await optionsOf(form));
      form.submit();
    } catch {
      said.textContent = "The passkey did not answer. Try again, or use another way.";
      button.disabled = false;
    }
  });
}
