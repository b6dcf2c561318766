// Who is signed in: asking, and passing a fresh token to every form of the page.

const person = document.body.dataset.person;
const meUrl = document.body.dataset.me;
const PATIENCE = 10_000; // milliseconds to wait for an answer

export const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

function takeToken(fresh) {
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh;
}

// Ask and answer with one of the page's own requests; throws when there is no connection.
export const ask = (url, options = {}) =>
  fetch(url, {
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
    ...options,
    headers: { "X-Requested-With": "fetch", ...options.headers },
  });

// "same": the page's person is signed in. "nobody": the sign-in is over. Another person never gets
// to see this page: they are sent to their own. Throws when there is no connection or no answer.
export async function whoIsHere() {
  const answer = await ask(meUrl);
  if (answer.status === 401) return "nobody";
  if (!answer.ok) throw new Error("no answer");
  const me = await answer.json();
  if (me.id !== person) {
    document.dispatchEvent(new Event("somebody-else"));
    location.replace("/");
    return new Promise(() => {}); // nothing may happen on this page any more
  }
  takeToken(me.csrf);
  return "same";
}

// Sign in with what stands in the form. Gives {} when it worked, {trouble} with a sentence, or
// {factor} where a second one is asked for: its address, and the options for a passkey.
export async function signIn(form) {
  const door = await pageOf(await ask(form.action));
  const answer = await post(form.action, new FormData(form), tokenOf(door), {
    "X-Requested-With": "XMLHttpRequest",
  });
  if (answer.status === 429) return { trouble: "Too many tries. Wait a while, then try again." };
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 400) return { trouble: said.form?.errors?.[0] ?? "Try again." };
  if (!answer.ok) return { trouble: "Signing in did not work just now. Try again in a moment." };
  if (!said.location?.startsWith(form.dataset.factor)) return {};
  return { factor: factorOn(await pageOf(await ask(said.location)), said.location) };
}

// Answer for a second factor: `said` is {code} or {credential}. Gives null when it was taken, and
// otherwise the factor to try again with.
export async function answerFactor(factor, said) {
  const answer = await post(factor.url, Object.entries(said), factor.token);
  return answer.type === "opaqueredirect" ? null : factorOn(await pageOf(answer), factor.url);
}

const pageOf = async (answer) =>
  new DOMParser().parseFromString(await answer.text(), "text/html");

const tokenOf = (page) => page.querySelector("[name=csrfmiddlewaretoken]")?.value ?? token();

function factorOn(page, url) {
  const options = page.getElementById("passkey-options")?.textContent ?? "null";
  return { url, token: tokenOf(page), options: JSON.parse(options) };
}

const post = (url, fields, fresh, headers = {}) =>
  ask(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
    headers: { "X-CSRFToken": fresh, ...headers },
  });
