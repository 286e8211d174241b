"use strict";
/* What scripts add to a page that is whole without them: the cases' filters and
 * search, kept in the address; copying; opening all. */
(() => {
  const byId = (id) => document.getElementById(id);
  const FIELDS = ["outcome", "level", "dialect", "set", "module", "clause"];
  const OPEN_MAX = 300, PRINT_MAX = 25;

  /* ---- cases: read once ------------------------------------------------- */
  const cases = [];
  for (const element of document.querySelectorAll("details.case")) {
    const [outcome, level, dialect, set, module] = element.dataset.f.split(",").map(Number);
    cases.push({ element, outcome, level, dialect, set, module,
      clauses: element.dataset.c === "" ? [] : element.dataset.c.split(" ").map(Number),
      chunk: element.parentElement, hidden: false, text: null, said: null });
  }
  const chunks = [...document.querySelectorAll(".chunk")];

  /* A case's elements are made when it is opened: case.html. Its text is ours:
   * all that came from a module is escaped in it. */
  const fill = (element) => {
    const folded = element.querySelector(":scope > noscript");
    if (!folded) return;
    const body = document.createElement("div");
    body.className = "body";
    body.innerHTML = folded.textContent;
    addCopying(body);
    folded.replaceWith(body);
  };
  const open = (element) => {
    fill(element);
    element.open = true;
  };

  /* ---- copying ---------------------------------------------------------- */
  function addCopying(root) {
    if (!navigator.clipboard) return;
    for (const block of root.querySelectorAll("pre.cmd")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(block.querySelector("code").textContent);
          button.textContent = "Copied";
        } catch {
          button.textContent = "Not allowed";
        }
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      });
      block.append(button);
    }
  }

  /* ---- search ----------------------------------------------------------- */
  const MEANT = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'" };
  const plain = (html) => html.replace(/<i>[^]*?<\/i>|<\/?mark>/g, "").replace(/<[^>]*>/g, " ")
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (name) => MEANT[name]).toLowerCase();
  const SAID = /<ol class="log">[^]*?<\/ol>/g;
  const source = (item) => {
    const folded = item.element.querySelector(":scope > noscript");
    return folded ? folded.textContent : item.element.querySelector(":scope > .body").innerHTML;
  };
  const textOf = (item) => {
    if (item.text === null)
      item.text = item.element.firstElementChild.textContent.toLowerCase() + " "
        + plain(source(item).replace(SAID, ""));
    return item.text;
  };
  const saidOf = (item) => {
    if (item.said === null) item.said = plain((source(item).match(SAID) || []).join(" "));
    return item.said;
  };

  /* ---- filters ---------------------------------------------------------- */
  const form = byId("filters");
  const control = Object.fromEntries(FIELDS.map((name) => [name, byId("by-" + name)]));
  const search = byId("by-text");
  const inLog = byId("by-log");

  const wanted = () => {
    const want = { text: search.value.trim().toLowerCase(), log: inLog.checked };
    for (const name of FIELDS) {
      const value = control[name] ? control[name].value : "";
      want[name] = value === "" ? -1 : Number(value);
    }
    return want;
  };
  const matches = (item, want) => {
    for (const name of ["outcome", "level", "dialect", "set", "module"])
      if (want[name] >= 0 && item[name] !== want[name]) return false;
    if (want.clause >= 0 && !item.clauses.includes(want.clause)) return false;
    if (want.text === "") return true;
    return textOf(item).includes(want.text) || (want.log && saidOf(item).includes(want.text));
  };

  /* Everything is decided before anything is changed: one layout. */
  const apply = () => {
    const want = wanted();
    const left = new Map(chunks.map((chunk) => [chunk, 0]));
    const changed = [];
    let count = 0;
    for (const item of cases) {
      const hidden = !matches(item, want);
      if (hidden !== item.hidden) changed.push(item);
      item.hidden = hidden;
      if (hidden) continue;
      count++;
      left.set(item.chunk, left.get(item.chunk) + 1);
    }
    for (const item of changed) item.element.hidden = item.hidden;
    for (const [chunk, visible] of left) {
      chunk.hidden = visible === 0;
      chunk.style.containIntrinsicSize = `auto ${visible * 32}px`;
    }
    byId("shown").textContent = count === cases.length
      ? `${count.toLocaleString("en")} cases`
      : `${count.toLocaleString("en")} of ${cases.length.toLocaleString("en")} cases`;
  };

  /* ---- the address ------------------------------------------------------ */
  const write = () => {
    const state = new URLSearchParams();
    for (const name of FIELDS)
      if (control[name] && control[name].value !== "")
        state.set(name, control[name].selectedOptions[0].textContent);
    if (search.value !== "") state.set("q", search.value);
    if (inLog.checked) state.set("log", "1");
    const text = state.toString();
    history.replaceState(null, "", text === "" ? location.pathname + location.search : "#" + text);
  };
  const read = () => {
    const hash = location.hash.slice(1);
    const target = /^c\d+$/.test(hash) ? byId(hash) : null;
    if (target) open(target);
    if (!hash.includes("=")) return;
    const state = new URLSearchParams(hash);
    for (const name of FIELDS) {
      if (!control[name]) continue;
      const option = [...control[name].options].find((item) => item.value !== ""
        && item.textContent === state.get(name));
      control[name].value = option ? option.value : "";
    }
    search.value = state.get("q") || "";
    inLog.checked = state.get("log") === "1";
  };
  const update = () => {
    apply();
    write();
  };

  /* ---- the form --------------------------------------------------------- */
  const openAll = () => {
    const shown = cases.filter((item) => !item.hidden);
    for (const item of shown.slice(0, OPEN_MAX)) open(item.element);
    if (shown.length > OPEN_MAX)
      byId("shown").textContent = `the first ${OPEN_MAX} of ${shown.length} are expanded`;
  };
  const start = () => {
    let timer = 0;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(update, cases.length > 2000 ? 150 : 30);
    };
    form.hidden = false;
    form.addEventListener("submit", (event) => { event.preventDefault(); update(); });
    form.addEventListener("change", update);
    form.addEventListener("input", (event) => { if (event.target === search) soon(); });
    form.addEventListener("reset", () => setTimeout(update));
    byId("open-all").addEventListener("click", openAll);
    byId("close-all").addEventListener("click", () => {
      for (const item of cases) if (item.element.open) item.element.open = false;
    });
    addEventListener("hashchange", () => { read(); apply(); });
    read();
    apply();
  };

  /* A cell of the matrix chooses its clause and module; all others lead to the
   * case, which must be seen. */
  const follow = (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#c']");
    if (!link || !form || !/^#c\d+$/.test(link.hash)) return;
    form.reset();
    if (link.dataset.c !== undefined) {
      if (control.clause) control.clause.value = link.dataset.c;
      if (control.module) control.module.value = link.dataset.m || "";
      event.preventDefault();
      update();
      byId("cases").scrollIntoView();
      return;
    }
    apply();
    const target = document.querySelector(link.hash);
    if (target) open(target);
  };

  addCopying(document);
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches("details.case")) fill(event.target);
  }, true);
  for (const element of document.querySelectorAll("details.case[open]")) fill(element);
  if (form) start();
  document.addEventListener("click", follow);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || !search)
      return;
    event.preventDefault();
    search.focus();
    search.scrollIntoView({ block: "nearest" });
  });
  addEventListener("beforeprint", () => {
    for (const item of cases.filter((each) => each.outcome < 2).slice(0, PRINT_MAX))
      open(item.element);
  });
})();
