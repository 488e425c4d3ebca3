// Keeps the page that is shown up to date. Nothing here is needed: without it a page says how it stood when it was asked for.
//
// The service says when something changed (server-sent events, /live); the page then asks for itself anew and takes over what is
// different. What somebody is in the middle of stays as it is: focus, scrolling, what is folded open, a form half filled in.
"use strict";

(() => {
  const shown = () => document.getElementById("live");
  if (!shown() || !shown().dataset.now || !window.EventSource || !window.htmx || !window.Idiomorph) return;

  const LEAST_MS = 1000; // between two refreshes, and ten times as long as the last one took: who looks does not slow down who acts
  const FAILED_MS = 5000; // until a refresh that failed is tried again, and until a lost connection is spoken of
  const SPOKEN_MS = 10000; // between two sentences
  const AGAIN_MS = [2000, 5000, 15000, 60000]; // until the stream is asked for again
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const state = document.getElementById("state");
  const hold = document.getElementById("hold");
  let source = null;
  let tries = 0;
  let retry = 0;
  let lost = 0;
  let isHeld = false;
  let isBusy = false;
  let isWanted = false;
  let readyAt = 0;
  let ahead = 0; // how far the clock of the service is ahead of this one, in ms

  // What somebody is in the middle of.
  const touched = new WeakSet();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (form) touched.add(form);
  });
  const inHand = (form) => touched.has(form) || form.contains(document.activeElement);
  const isInHand = (node) => node instanceof HTMLFormElement && inHand(node);
  const holdsOne = (node) => node instanceof Element && [node, ...node.querySelectorAll("form")].some(isInHand);
  const callbacks = {
    beforeNodeMorphed: (node) => !isInHand(node),
    beforeNodeRemoved: (node) => !holdsOne(node),
    beforeAttributeUpdated: (name, node) => !(name === "open" && node instanceof HTMLDetailsElement),
  };

  // What is the same before and after has the same id, so that it is moved and not made into its neighbour.
  const named = (root) => {
    const seen = new Map();
    for (const each of root.querySelectorAll("a[href], form, details, [aria-label]")) {
      const said = each.getAttribute("href") || each.getAttribute("action") || each.getAttribute("aria-label");
      const key = encodeURIComponent(`${each.localName} ${said || (each.querySelector("summary") || {}).textContent || ""}`);
      const count = seen.get(key) || 0;
      seen.set(key, count + 1);
      if (!each.id) each.id = `auto-${count}-${key}`;
    }
  };

  htmx.defineExtension("keeping", {
    handleSwap: (style, target, fragment) => {
      const fresh = fragment.firstElementChild;
      if (style !== "keeping" || !fresh) return false;
      named(target);
      named(fresh);
      return Idiomorph.morph(target, fresh, { morphStyle: "outerHTML", ignoreActiveValue: true, callbacks });
    },
  });

  const refresh = async () => {
    isWanted = true;
    if (isBusy || isHeld || document.hidden) return;
    const wait = readyAt - performance.now();
    isBusy = true;
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    isWanted = false;
    const began = performance.now();
    const before = shown().dataset.now;
    const where = location.pathname + location.search;
    await htmx.ajax("GET", where, { source: "#live", target: "#live", select: "#live", swap: "keeping" }).catch(() => {});
    const hasFailed = shown().dataset.now === before;
    const rest = hasFailed ? FAILED_MS : Math.max(LEAST_MS, 10 * (performance.now() - began));
    readyAt = performance.now() + rest;
    isBusy = false;
    isWanted = isWanted || hasFailed;
    if (isWanted) refresh();
  };

  // Sentences: only where the one that the page has for it reads otherwise, and not one after the other.
  let said = shown().dataset.news;
  let speaking = 0;
  const speak = () => {
    const news = shown().dataset.news;
    if (!news || news === said || speaking) return;
    said = news;
    document.getElementById("spoken").textContent = news;
    speaking = setTimeout(() => {
      speaking = 0;
      speak();
    }, SPOKEN_MS);
  };

  // Deadlines: to the second where they are near, and never to the second for who asked for less motion.
  const lasting = (ms) => {
    const s = Math.floor(Math.abs(ms) / 1000);
    const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
    if (h) return m ? `${h}h${m}m` : `${h}h`;
    if (s < 60) return calm.matches ? "<1m" : `${s}s`;
    return calm.matches || !(s % 60) ? `${m}m` : `${m}m${s % 60}s`;
  };
  const tick = () => {
    const now = Date.now() + ahead;
    for (const each of document.querySelectorAll("[data-until]")) {
      const left = Number(each.dataset.until) - now;
      const text = left > 0 ? `in ${lasting(left)}` : `${lasting(left)} overdue`;
      if (each.textContent !== text) each.textContent = text;
      each.classList.toggle("overdue", left <= 0);
    }
  };

  const taken = () => {
    ahead = Number(shown().dataset.now) - Date.now();
    tick();
    speak();
  };
  document.addEventListener("htmx:afterSwap", taken);

  const say = (text) => {
    if (state.textContent !== text) state.textContent = text;
  };
  const clock = () => new Date(Date.now() + ahead).toISOString().slice(11, 16) + " UTC";
  const listen = () => {
    clearTimeout(retry);
    if (source || isHeld || document.hidden) return;
    source = new EventSource(`/live?after=${shown().dataset.now}`);
    source.onopen = () => {
      tries = 0;
      lost = clearTimeout(lost);
      say("Up to date");
    };
    source.addEventListener("changed", refresh);
    source.onerror = () => {
      const text = `Not connected since ${clock()}`;
      lost = lost || setTimeout(() => say(text), FAILED_MS);
      if (!source || source.readyState !== EventSource.CLOSED) return;
      source = null;
      retry = setTimeout(listen, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
    };
  };
  const leave = () => {
    clearTimeout(retry);
    lost = clearTimeout(lost);
    if (source) source.close();
    source = null;
  };

  hold.addEventListener("click", () => {
    isHeld = !isHeld;
    hold.textContent = isHeld ? "Go on with updates" : "Pause updates";
    if (isHeld) {
      leave();
      say(`Paused since ${clock()}`);
    } else {
      say("Up to date");
      listen();
    }
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", listen);

  named(shown());
  taken();
  document.getElementById("liveness").hidden = false;
  setInterval(tick, 1000);
  listen();
})();
