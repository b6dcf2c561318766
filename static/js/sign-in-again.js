// Signing in inside the page, so that nothing typed has to be left.

import { signIn, whoIsHere } from "./account.js";

const dialog = document.getElementById("sign-in-again");
const form = dialog.querySelector("form");
const error = dialog.querySelector("[data-error]");
let waiting = null;

// Opens the dialog; gives true once the page's own person is signed in, false for "not now".
export function signInAgain() {
  waiting ??= new Promise((resolve) => {
    error.textContent = "";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "in"), { once: true });
    dialog.showModal();
  }).finally(() => {
    waiting = null;
    form.elements.password.value = "";
  });
  return waiting;
}

async function tryOnce() {
  try {
    const trouble = await signIn(form);
    if (trouble || (await whoIsHere()) !== "same") {
      return trouble || "Signing in did not work just now. Try again in a moment.";
    }
    return "";
  } catch {
    return "No connection. Try again when you are back; nothing is lost.";
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  error.textContent = "";
  error.textContent = await tryOnce();
  button.disabled = false;
  if (error.textContent) form.elements.password.select();
  else dialog.close("in");
});

dialog.querySelector("[data-later]").addEventListener("click", () => dialog.close());
