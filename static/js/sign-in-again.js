// Signing in inside the page, so that nothing typed has to be left.

import { answerFactor, signIn, whoIsHere } from "./account.js";
import { answerOf, canPasskeys } from "./credentials.js";

const FAILED = "Signing in did not work just now. Try again in a moment.";
let dialog = null; // made when it is first needed
let form, error, second, passkey;
let waiting = null;
let factor = null; // where the second factor is asked for, once the password was right

// Opens the dialog; gives true once the page's own person is signed in, false for "not now".
export function signInAgain() {
  dialog ??= make();
  waiting ??= new Promise((resolve) => {
    error.textContent = "";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "in"), { once: true });
    dialog.showModal();
    askFor(null);
  }).finally(() => {
    waiting = null;
    form.elements.password.value = "";
  });
  return waiting;
}

function make() {
  const pattern = document.getElementById("sign-in-again").content;
  const made = document.body.appendChild(pattern.firstElementChild.cloneNode(true));
  form = made.querySelector("form");
  error = made.querySelector("[data-error]");
  second = made.querySelector("[data-second]");
  passkey = made.querySelector("[data-use-passkey]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => (factor ? tryFactor({ code: form.elements.code.value }) : tryPassword()));
  });
  passkey.addEventListener("click", () => attempt(tryPasskey));
  made.querySelector("[data-later]").addEventListener("click", () => made.close());
  return made;
}

// Asks for the password, or for the second factor once the password was right.
function askFor(next) {
  const { password, code } = form.elements;
  const keys = next?.options?.request_options.publicKey.allowCredentials ?? [];
  factor = next;
  second.hidden = !factor;
  password.readOnly = Boolean(factor);
  passkey.hidden = !(canPasskeys && keys.length);
  code.value = "";
  (factor ? code : password).focus();
}

async function tryPassword() {
  const answer = await signIn(form);
  if (answer.factor) {
    askFor(answer.factor);
    return "Now the second factor.";
  }
  return answer.trouble ?? "";
}

async function tryFactor(said) {
  const again = await answerFactor(factor, said);
  if (!again) return "";
  askFor(again);
  return "That does not match. Codes change every half minute: try the next.";
}

async function tryPasskey() {
  const credential = await answerOf("get", factor.options).catch(() => null);
  return credential ? tryFactor({ credential }) : "The passkey did not answer. Try again.";
}

// One try at a time; the dialog closes once the page's own person is there.
async function attempt(work) {
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  error.textContent = "";
  try {
    error.textContent = (await work()) || ((await whoIsHere()) === "same" ? "" : FAILED);
  } catch {
    error.textContent = "No connection. Try again when you are back; nothing is lost.";
  }
  for (const button of buttons) button.disabled = false;
  if (!error.textContent) dialog.close("in");
  else if (!factor) form.elements.password.select();
}
