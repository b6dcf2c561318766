// Buttons that show what stands in the password field before them, for whoever wants to see it.

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = button.parentElement.querySelector("input");
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    button.textContent = isShown ? "Show" : "Hide";
  });
}
