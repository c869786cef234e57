// The state of the page, which is its address: everything by name, so that a link outlives its run.

const views = [];

const app = { model: null, state: {}, go, more: null };

function readHash() {
  const pairs = location.hash.slice(1).split("&").filter(Boolean).map((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
  });
  const state = {};
  for (const [key, value] of pairs) {
    try {
      state[key] = decodeURIComponent(value.replace(/\+/g, " "));
    } catch {
      // A link that somebody cut short: this part of it means nothing.
    }
  }
  return state;
}

function hashOf(state) {
  const parts = Object.entries(state).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return `#${parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}

// Changes parts of the state and shows it. `replace` keeps the history of the browser as it is; `fresh` keeps
// nothing of the state before.
function go(changes, options) {
  const state = { ...(options?.fresh ? {} : app.state), ...changes };
  const hash = hashOf(state);
  if (hash === location.hash) return;
  try {
    history[options?.replace ? "replaceState" : "pushState"](null, "", hash);
  } catch {
    // In a sandbox of the server that shows the page there is no history to write.
  }
  app.state = readStateOr(state);
  show();
}

// Where the address could not be written, the state is kept all the same.
function readStateOr(state) {
  const read = readHash();
  return hashOf(read) === hashOf(state) ? read : state;
}

function remembered(key) {
  try {
    return localStorage.getItem(`perf-track ${key}`);
  } catch {
    return null;
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(`perf-track ${key}`, value);
  } catch {
    // A sandbox has none.
  }
}

// A link to a view that keeps nothing of the state but what it names.
function linkTo(state, text, props) {
  return el("a", { href: hashOf(state), ...props }, text);
}

function functionLink(name, text) {
  return linkTo({ view: "function", fn: name }, text ?? fmt.name(name), { class: "name", title: fmt.name(name) });
}

const themeListeners = [];

const theme = {
  onchange(listener) {
    themeListeners.push(listener);
  },
  set(value) {
    if (value === "auto") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", value);
    remember("theme", value);
    themeListeners.forEach((listener) => listener());
  },
};
