// Keeps what is typed about a session or in a meeting: a second after typing stops it is on the
// server, and a save never leaves the page before it can arrive. Nothing is kept in the browser.

import { ask, token, whoIsHere } from "./account.js";
import { signInAgain } from "./sign-in-again.js";

const QUIET = 1000; // milliseconds after the last change
const SLOW = 400; // a draft saved quicker than this is not worth a word
const KEEPALIVE_LIMIT = 60_000; // bytes a browser still sends for a page that is being closed
const LONGEST_WAIT = 60_000; // between two tries while there is no connection

const form = document.querySelector("form[data-autosave]");
const saveButton = document.getElementById("save");
const save = saveButton.textContent; // as in "Save session"
const indicator = form.querySelector(".autosave");
const sign = indicator.querySelector("use");
const said = indicator.querySelector("[data-said]");
const again = form.querySelector("[data-sign-in-again]");
const SIGNS = { saving: "turn", saved: "check", offline: "cloud-off", error: "alert" };

form.elements.page.value = [...crypto.getRandomValues(new Uint32Array(4))].join("-");

let typed = "unsent" in form.dataset ? 1 : 0; // counts changes; a refused save comes back unsent
let kept = 0; // the change up to which the server has them
let lastSaved = said.textContent.match(/\d\d:\d\d/)?.[0] ?? "";
let timer;
let failures = 0;
let underWay = null; // the draft being sent, until its answer is there
let leaving = false;
let closed = false; // the server takes no more drafts from this page

const sentence = {
  offline: "No connection. Still trying; keep this page open.",
  unsent: "No connection. Not saved, still here: press the button again when you are back.",
  signedOut: () => `${since()} Sign in again; your words stay.`,
  server: () => `${since()} Still trying; your words stay.`,
  tooLong: () => `${since()} The text is too long: shorten it, nothing is lost here.`,
  refused: () => `${since()} You may not write here any more. Copy what you need.`,
  alreadySaved: `This is saved already. Press ${save} to see both versions.`,
  elsewhere: "Changed on another device. Not kept here: copy what you need, then reload.",
};
const since = () => (lastSaved ? `Not saved since ${lastSaved}.` : "Not saved.");

function say(state, words) {
  indicator.dataset.state = state;
  sign.setAttribute("href", `#i-${SIGNS[state]}`);
  const text = typeof words === "function" ? words() : words;
  if (said.textContent !== text) said.textContent = text;
}

const isBehind = () => typed > kept;

function later(wait = QUIET) {
  clearTimeout(timer);
  timer = setTimeout(() => keep(), wait);
}

function tryAgain(state, words) {
  failures += 1;
  say(state, words);
  later(Math.min(LONGEST_WAIT, QUIET * 2 ** failures));
}

// --- keeping a draft ----------------------------------------------------------------------------

async function keep(options) {
  if (underWay || leaving || closed || !isBehind()) return;
  clearTimeout(timer);
  underWay = keepNow(options);
  await underWay;
  underWay = null;
  if (isBehind() && !failures) later();
}

async function keepNow(options) {
  const upTo = typed;
  const slow = setTimeout(() => say("saving", "Saving"), SLOW);
  try {
    await answered(await send(options), upTo);
  } catch {
    if (!leaving) tryAgain("offline", sentence.offline);
  } finally {
    clearTimeout(slow);
  }
}

function send({ isClosing = false } = {}) {
  const body = new URLSearchParams(new FormData(form)).toString();
  return ask(form.dataset.autosave, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": token(), "Content-Type": "application/x-www-form-urlencoded" },
    keepalive: isClosing && body.length < KEEPALIVE_LIMIT,
  });
}

async function answered(answer, upTo, isSecondTry = false) {
  if (answer.ok) return isKept(await answer.json(), upTo);
  if (answer.status === 401) return signedOut();
  if (answer.status === 409) return refused((await answer.json()).status);
  if (answer.status === 400 || answer.status === 413) return say("error", sentence.tooLong);
  if (answer.status !== 403 && answer.status !== 404) return tryAgain("error", sentence.server);
  // The token is from before somebody signed in again, or the case is not this person's any more.
  if ((await whoIsHere()) === "nobody") return signedOut();
  if (!isSecondTry) return answered(await send(), upTo, true);
  closed = true;
  say("error", sentence.refused);
}

function isKept(reply, upTo) {
  failures = 0;
  kept = Math.max(kept, upTo);
  lastSaved = reply.saved_at;
  if (reply.version) form.elements.draft_version.value = reply.version;
  again.hidden = true;
  say("saved", `Draft saved ${lastSaved}`);
}

function refused(reason) {
  closed = true;
  say("error", reason === "already saved" ? sentence.alreadySaved : sentence.elsewhere);
}

async function signedOut() {
  say("error", sentence.signedOut);
  again.hidden = false;
  if (!(await signInAgain())) return;
  again.hidden = true;
  failures = 0;
  later(0);
}

for (const kind of ["input", "change"]) {
  form.addEventListener(kind, (event) => {
    if (!event.target.name) return;
    typed += 1;
    failures = 0;
    later();
  });
}

if (isBehind()) later(0);
again.addEventListener("click", signedOut);
addEventListener("online", () => later(0));

// The tab is being hidden or closed: what was typed in the last second goes now.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep({ isClosing: true });
});

addEventListener("beforeunload", (event) => {
  if (isBehind() && !leaving) event.preventDefault();
});
document.addEventListener("somebody-else", () => {
  leaving = true;
});

// --- saving -------------------------------------------------------------------------------------

let isSure = false; // the person is signed in, the server answers, and no draft is on its way

function busy(is) {
  saveButton.disabled = is;
  saveButton.textContent = is ? "Saving" : save;
}

// The page is left only when the person is signed in and the server answers, and never before a
// draft on its way: that would come back after it was saved.
form.addEventListener("submit", async (event) => {
  if (isSure) return;
  event.preventDefault();
  if (saveButton.disabled) return;
  busy(true);
  try {
    const here = (await whoIsHere()) === "same" || (await signInAgain());
    if (here) {
      leaving = true;
      clearTimeout(timer);
      await underWay;
      isSure = true;
      form.requestSubmit(event.submitter);
      return;
    }
    say("error", sentence.signedOut);
    again.hidden = false;
  } catch {
    say("offline", sentence.unsent);
    later();
  }
  busy(false);
});

addEventListener("pageshow", async (event) => {
  busy(false);
  leaving = isSure = false;
  if (event.persisted && (await whoIsHere().catch(() => "")) === "nobody") signedOut();
});
