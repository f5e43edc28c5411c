// SPDX-License-Identifier: Apache-2.0
// Small comforts. Every page works without them.

(() => {
  const root = document.documentElement;
  const remembered = () => {
    try { return localStorage.getItem("weir-theme"); } catch { return null; } // storage may be switched off
  };
  const remember = (theme) => {
    try { localStorage.setItem("weir-theme", theme); } catch { /* then it holds for this page only */ }
  };
  const known = (theme) => theme === "light" || theme === "dark";

  // Before the first paint, so that nobody is dazzled: this file is loaded in the head, unlike all others.
  if (known(remembered())) root.dataset.theme = remembered();

  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

  const offerTheme = (button) => {
    const label = () => button.setAttribute("aria-label", dark() ? button.dataset.toLight : button.dataset.toDark);
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      remember(root.dataset.theme);
      label();
    });
    label();
    button.hidden = false;
  };

  const offerCopy = (button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const said = document.getElementById(button.dataset.says);
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
        said.textContent = button.dataset.done;
      } catch { said.textContent = button.dataset.failed; }
    });
  };

  const closeMenu = (event) => {
    for (const menu of document.querySelectorAll("details:is(.who, .menu)[open]")) {
      const leaves = event.type === "click" ? !menu.contains(event.target) : event.key === "Escape";
      if (!leaves) continue;
      menu.open = false;
      if (event.type === "keydown") menu.querySelector("summary").focus();
    }
  };

  // A secret after the # sign came to this page only: it goes into its field, and out of the address.
  const takeFragment = (form) => {
    const field = document.getElementById(form.dataset.fromFragment);
    const secret = decodeURIComponent(location.hash.slice(1));
    if (!field || !secret.startsWith("weirdoor_")) return;
    field.value = secret;
    history.replaceState(null, "", location.pathname);
  };

  // allauth only writes to the console when a passkey does not answer, or has a key for this account already.
  const tellPasskey = (event) => {
    const place = document.querySelector("[data-passkey-failed]");
    if (!place) return;
    event.preventDefault();
    const known = event.detail?.exception?.name === "InvalidStateError";
    place.textContent = known ? place.dataset.passkeyKnown : place.dataset.passkeyFailed;
  };

  // The queue by keyboard. Enter opens what has the focus, which is a link.
  const queueKeys = (event) => {
    const help = document.querySelector("[data-keys-help]");
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (!help || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...document.querySelectorAll("[data-keys] tbody tr")];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const go = (to) => rows[Math.max(0, Math.min(to, rows.length - 1))]?.querySelector(".title a").focus();
    const acts = {
      j: () => go(at + 1),
      k: () => go(at - 1),
      x: () => rows[at]?.querySelector("input[type=checkbox]").click(),
      "/": () => document.querySelector(".filters [name=text]")?.focus(),
      "?": () => { help.open = !help.open; help.querySelector("summary").focus(); },
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  };

  // What is wrong is read first, and the first press of Tab leads to the first thing to mend.
  const readFaults = () => document.querySelector("[data-faults]")?.focus();

  document.addEventListener("DOMContentLoaded", () => {
    readFaults();
    document.querySelectorAll("[data-to-dark]").forEach(offerTheme);
    document.querySelectorAll("[data-copy]").forEach(offerCopy);
    document.querySelectorAll("[data-from-fragment]").forEach(takeFragment);
    document.addEventListener("click", closeMenu);
    document.addEventListener("keydown", closeMenu);
    document.addEventListener("keydown", queueKeys);
    document.addEventListener("allauth.error", tellPasskey);
  });
})();
