// Puts the views together: navigation, keys, and which of them is shown.

const sections = new Map();

function sectionOf(view) {
  let section = byId(`view-${view.id}`);
  if (!section) {
    section = el("section", { id: `view-${view.id}`, class: "view" }, el("h2", { id: `title-${view.id}`, tabindex: -1, text: view.title }));
    byId("main").append(section);
  }
  return section;
}

function present() {
  return views.filter((view) => view.has(app.model));
}

function current() {
  return present().find((view) => view.id === app.state.view) ?? present()[0];
}

// Shows the view of the state; makes it where it was not shown before.
function show() {
  const view = current();
  for (const other of present()) {
    const section = sectionOf(other);
    section.hidden = other !== view;
    byId(`nav-${other.id}`)?.setAttribute("aria-current", other === view ? "page" : "false");
  }
  if (!sections.has(view.id)) sections.set(view.id, view.mount(sectionOf(view), app));
  sections.get(view.id)?.(app.state);
  const name = app.state.fn && ["function", "flame"].includes(view.id) ? `${fmt.short(app.state.fn)} · ` : "";
  document.title = `${name}${view.title} · ${pageTitle}`;
}

const pageTitle = document.title;

// What a view keeps when another is chosen by its tab: the function that one looks at, nothing else.
function tabTo(view) {
  return { view: view.id, fn: view.keepsFunction ? app.state.fn : null };
}

function navigation() {
  const link = (view, at) =>
    el("a", {
      id: `nav-${view.id}`, href: hashOf({ view: view.id }), text: view.title, "aria-keyshortcuts": at < 9 ? String(at + 1) : null,
      onclick: (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(tabTo(view), { fresh: true });
      },
    });
  byId("nav").append(...present().map(link));
  const themes = [["auto", "System"], ["light", "Light"], ["dark", "Dark"]];
  byId("tools").append(
    choice("Theme", themes, remembered("theme") ?? "auto", theme.set),
    el("button", { type: "button", "aria-keyshortcuts": "?", onclick: () => byId("keys").showModal(), text: "Keys" }),
  );
}

const KEYS = [
  ["1 to 9", "the views"], ["/", "filter or search"], ["Esc", "leave the filter; back in the flame graph"],
  ["↑ ↓ Home End PageUp PageDown", "rows of a table, boxes of the flame graph"], ["Enter", "open the function; focus in the flame graph"],
  ["← →", "siblings in the flame graph; fold and unfold in the tree"], ["s", "callers and callees in the flame graph"],
  ["m", "the next metric in the flame graph"], ["o", "open the function of the flame graph"], ["+ −", "zoom the flame graph"], ["?", "these keys"],
];

function keysDialog() {
  const rows = KEYS.map(([key, meaning]) => [el("kbd", { text: key }), meaning]);
  return el("dialog", { id: "keys", "aria-labelledby": "keys-title" },
    el("h2", { id: "keys-title", text: "Keys" }), facts(rows),
    el("form", { method: "dialog" }, el("button", { text: "Close" })));
}

function isTyping(event) {
  return event.target.matches?.("input, select, textarea");
}

// Gives the keys to what a view is for: its picture, its table, or else its title.
function focusView(view) {
  const section = sectionOf(view);
  const target = section.querySelector("canvas, .scroll.tall") ?? section.querySelector("h2");
  if (target?.tagName === "H2") target.setAttribute("tabindex", "-1");
  target?.focus({ preventScroll: target.tagName !== "H2" });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || byId("keys").open) return;
  const view = present()[Number(event.key) - 1];
  if (view) {
    go(tabTo(view), { fresh: true });
    focusView(view);
  } else if (event.key === "/") {
    const field = sectionOf(current()).querySelector("input[type=search]");
    if (!field) return;
    field.focus();
    field.select();
  } else if (event.key === "?") byId("keys").showModal();
  else return;
  event.preventDefault();
}

// What was folded before it was printed.
const opened = [];

// All of it on paper: every view that prints is made and shown, and nothing is folded.
function beforePrint() {
  for (const view of present()) {
    if (!sections.has(view.id)) sections.set(view.id, view.mount(sectionOf(view), app));
    sections.get(view.id)?.(app.state);
    sectionOf(view).hidden = view.id === "function" && !app.state.fn;
  }
  for (const node of document.querySelectorAll("details:not([open])")) {
    node.open = true;
    opened.push(node);
  }
}

function afterPrint() {
  opened.splice(0).forEach((node) => (node.open = false));
  show();
}

async function start() {
  document.documentElement.classList.add("js");
  const saved = remembered("theme");
  if (saved && saved !== "auto") document.documentElement.setAttribute("data-theme", saved);
  document.body.append(el("div", { id: "live", class: "away", role: "status", "aria-live": "polite" }), keysDialog());
  app.model = await readModel();
  app.state = readHash();
  navigation();
  addEventListener("hashchange", () => {
    app.state = readHash();
    show();
  });
  addEventListener("keydown", onKey);
  addEventListener("beforeprint", beforePrint);
  addEventListener("afterprint", afterPrint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => themeListeners.forEach((listener) => listener()));
  show();
  // After the first paint.
  app.more = new Promise((resolve) => setTimeout(resolve)).then(() => readMore(app.model));
  app.more.then((more) => {
    app.ready = more;
    document.documentElement.setAttribute("data-ready", "");
    show();
  });
}

views.unshift({ id: "summary", title: "Summary", has: () => true, mount: () => null });

start().catch((error) => {
  byId("main").prepend(el("p", { class: "problem", role: "alert", text: `The page's data cannot be read: ${error.message}. What was written without scripts follows.` }));
  document.querySelectorAll("main > section").forEach((section) => (section.hidden = false));
});
