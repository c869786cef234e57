// The icicle on its canvas: drawn where it is seen, in the colours of the page, and moved by mouse, touch
// and keys. What a box means is flame.js's.

const FLAME_ROW = 20;
const FLAME_MARKS = { regression: "worse", degraded: "worse", improved: "better", added: "new", changed: "new", renamed: "new" };
const FLAME_HUES = 8;

class FlamePicture {
  constructor(flame) {
    Object.assign(this, { flame, from: 0, to: 1, pointers: new Map(), hover: null, rows: 1, width: 0, height: 0 });
    this.canvas = el("canvas", { tabindex: 0, role: "application", "aria-roledescription": "flame graph", "aria-describedby": "flame-hint flame-detail" });
    this.filler = el("div", {});
    this.node = el("div", { class: "flame-scroll" }, this.canvas, this.filler);
    this.probe = el("span", { class: "flame-probe", "aria-hidden": "true" });
    this.context = this.canvas.getContext("2d");
    const redraw = () => {
      this.colours = null;
      this.paint();
    };
    const print = (is) => {
      this.isPrinting = is;
      flame.section.classList.toggle("printing", is);
      this.colours = null;
      this.resize();
      this.draw();
    };
    new ResizeObserver(() => this.resize()).observe(this.node);
    theme.onchange(redraw);
    matchMedia("(forced-colors: active)").addEventListener("change", redraw);
    matchMedia("print").addEventListener("change", (event) => print(event.matches));
    addEventListener("beforeprint", () => print(true));
    addEventListener("afterprint", () => print(false));
    this.node.addEventListener("scroll", () => this.paint());
    this.listen();
  }

  // Shows the places from `from` to `to`; on the way there, where motion is welcome.
  moveTo(from, to, isSudden) {
    cancelAnimationFrame(this.moving);
    const old = [this.from, this.to];
    const begin = performance.now();
    const step = (now) => {
      const part = Math.min(1, Math.max(0, (now - begin) / 160));
      const ease = 1 - (1 - part) ** 3;
      this.from = old[0] + (from - old[0]) * ease;
      this.to = old[1] + (to - old[1]) * ease;
      if (part < 1) this.moving = requestAnimationFrame(step);
      else this.fitRows();
      this.draw();
    };
    if (!isSudden && motion() && this.width) return step(begin);
    Object.assign(this, { from, to });
    this.fitRows();
    this.paint();
  }

  // Zooms by a factor around a place, within the whole. Whether anything moved.
  zoom(factor, at) {
    const { total } = this.flame;
    const span = Math.min(total, Math.max(total / 1e9, (this.to - this.from) * factor));
    const from = Math.min(total - span, Math.max(0, at - ((at - this.from) * span) / (this.to - this.from)));
    const isMoved = from !== this.from || from + span !== this.to;
    cancelAnimationFrame(this.moving);
    Object.assign(this, { from, to: from + span });
    if (isMoved) this.fitRows(true);
    this.paint();
    return isMoved;
  }

  pan(by) {
    this.zoom(1, this.from);
    const span = this.to - this.from;
    this.from = Math.min(this.flame.total - span, Math.max(0, this.from + by));
    this.to = this.from + span;
    this.paint();
  }

  // Rows for what is wide enough to be drawn; while one zooms they only grow, so that the page keeps still.
  fitRows(isGrowing) {
    if (!this.width) return;
    let rows = isGrowing ? this.rows : 1;
    for (const part of this.flame.parts) {
      if (part?.way < 0) rows = Math.max(rows, part.row + 1);
      else if (part) icicleVisible(part.layout, this.from, this.to, 2 / this.scale(), 0, Infinity, (id) => (rows = Math.max(rows, part.row + part.layout.depth[id] + 1)), (id) => (rows = Math.max(rows, part.row + part.layout.depth[id] + 2)));
    }
    if (rows === this.rows) return;
    this.rows = rows;
    this.resize();
  }

  // The canvas is as high as what is seen of the rows; the filler below it gives the rest to scroll.
  resize() {
    const all = this.rows * FLAME_ROW + 1;
    const width = this.node.clientWidth;
    if (!width) return;
    const height = this.isPrinting ? all : Math.min(all, Math.max(240, Math.floor(innerHeight * 0.6)));
    const ratio = this.isPrinting ? 2 : devicePixelRatio || 1;
    const isWider = width !== this.width;
    if (isWider || height !== this.height || ratio !== this.ratio) {
      Object.assign(this, { width, height, ratio });
      this.node.style.height = `${height}px`;
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.height = `${height}px`;
      this.draw();
    }
    this.filler.style.height = `${Math.max(0, all - height)}px`;
    if (isWider) this.fitRows();
  }

  scrollToRow(row) {
    const top = row * FLAME_ROW;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top + FLAME_ROW > this.node.scrollTop + this.height) this.node.scrollTop = top + FLAME_ROW - this.height;
  }

  scale() {
    return this.width / (this.to - this.from || 1);
  }

  paint() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  // The colours as the page has them now, dark or light, by way of an element that nobody sees.
  palette() {
    const color = (name) => {
      this.probe.style.color = `var(--flame-${name})`;
      return getComputedStyle(this.probe).color;
    };
    const names = ["page", "text", "lump", "none", "worse", "better", "new", "hot", "edge"];
    const colours = Object.fromEntries(names.map((name) => [name, color(name)]));
    colours.hues = Array.from({ length: FLAME_HUES + 1 }, (_, at) => color(at));
    const { fontFamily } = getComputedStyle(this.canvas);
    colours.font = `12px ${fontFamily}`;
    this.context.font = colours.font;
    colours.letter = this.context.measureText("0").width;
    colours.isForced = matchMedia("(forced-colors: active)").matches;
    return colours;
  }

  draw() {
    const { context, flame, width, height, ratio } = this;
    if (!width || !flame.parts) return;
    this.colours ??= this.palette();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = this.colours.page;
    context.fillRect(0, 0, width, height);
    context.font = this.colours.font;
    context.textBaseline = "middle";
    context.direction = "ltr";
    if (!flame.total) return;
    const above = Math.floor(this.node.scrollTop / FLAME_ROW), below = Math.ceil((this.node.scrollTop + height) / FLAME_ROW);
    for (const [at, part] of flame.parts.entries()) {
      if (!part) continue;
      const [top, bottom] = part.way > 0 ? [above - part.row, below - part.row] : [Math.max(1, part.row - below), part.row - above];
      icicleVisible(part.layout, this.from, this.to, 2 / this.scale(), top, bottom, (id) => this.box(at, id), (id, k) => this.lump(at, id, k));
    }
    if (this.hover) this.ring(...this.hover, 1);
    this.ring(flame.part, flame.id, 2);
  }

  // Where a box is: left, top, width; cut to what is seen.
  place(part, id) {
    const { layout } = this.flame.parts[part];
    const left = Math.max(-2, (layout.x[id] - this.from) * this.scale());
    const right = Math.min(this.width + 2, (layout.x[id] + layout.value[id] - this.from) * this.scale());
    return [left, this.flame.rowOf(part, id) * FLAME_ROW - this.node.scrollTop, right - left];
  }

  box(part, id) {
    const { context, flame, colours } = this;
    const [left, top, wide] = this.place(part, id);
    const { tree } = flame.parts[part].layout;
    const gap = wide > 4 ? 1 : wide > 2.5 ? 0.5 : 0;
    const mark = flame.color === "verdict" ? flame.verdictOf(part, id) : null;
    context.fillStyle = this.fill(part, id, mark);
    context.fillRect(left, top, wide - gap, FLAME_ROW - 1);
    if (flame.color === "self" && context.fillStyle !== colours.lump && tree.fn[id] >= 0) {
      context.globalAlpha = flame.selfShare(part, id);
      context.fillStyle = colours.hot;
      context.fillRect(left, top, wide - gap, FLAME_ROW - 1);
      context.globalAlpha = 1;
    }
    if (colours.isForced && wide > 3) {
      context.strokeStyle = colours.edge;
      context.strokeRect(left + 0.5, top + 0.5, wide - 2, FLAME_ROW - 2);
    }
    const isFound = flame.wanted?.[tree.fn[id]];
    if (isFound) {
      context.fillStyle = colours.text;
      context.fillRect(left, top + FLAME_ROW - 4, wide - gap, 3);
    }
    if (wide < 24) return;
    const start = Math.max(0, left) + 5;
    const sign = mark ? `${SIGNS[mark]} ` : "";
    const room = Math.floor((Math.min(this.width, left + wide) - start - 4) / colours.letter);
    const text = sign + icicleLabel(flame.label(part, id), room - sign.length);
    if (text.length < 2) return;
    context.fillStyle = colours.text;
    context.fillText(text, start, top + FLAME_ROW / 2 - (isFound ? 1 : 0), room * colours.letter);
  }

  // What is above the focus, or not searched for, stands back.
  fill(part, id, mark) {
    const { flame, colours } = this;
    const { tree, depth } = flame.parts[part].layout;
    const fn = tree.fn[id];
    if (fn < 0 || (flame.wanted && !flame.wanted[fn])) return colours.lump;
    if (flame.aroundFn < 0 && depth[id] < flame.parts[part].layout.depth[flame.focus]) return colours.lump;
    if (flame.color === "verdict") return mark ? colours[FLAME_MARKS[mark]] : colours.none;
    return flame.color === "self" ? colours.none : colours.hues[flame.hueOf[fn]];
  }

  // The rest of the children, each too narrow: one grey box.
  lump(part, id, k) {
    const { layout, row, way } = this.flame.parts[part];
    const from = layout.x[layout.kids[k]], to = layout.x[id] + layout.value[id] - layout.own[id];
    const left = Math.max(0, (from - this.from) * this.scale());
    const wide = Math.min(this.width, (to - this.from) * this.scale()) - left;
    if (wide < 0.5) return;
    this.context.fillStyle = this.colours.lump;
    this.context.fillRect(left, (row + way * (layout.depth[id] + 1)) * FLAME_ROW - this.node.scrollTop, wide, FLAME_ROW - 1);
  }

  ring(part, id, size) {
    const [left, top, wide] = this.place(part, id);
    if (wide <= 0) return;
    this.context.strokeStyle = this.colours.text;
    this.context.lineWidth = size;
    this.context.strokeRect(left + size / 2, top + size / 2, Math.max(2, wide - size - (wide > 4 ? 1 : 0)), FLAME_ROW - 1 - size);
    this.context.lineWidth = 1;
  }

  // What is at a point of the canvas: its part and node, or a lump as the place where it begins and ends.
  at(event) {
    const edge = this.canvas.getBoundingClientRect();
    const place = this.from + (event.clientX - edge.left) / this.scale();
    const row = Math.floor((event.clientY - edge.top + this.node.scrollTop) / FLAME_ROW);
    for (const [at, part] of this.flame.parts.entries()) {
      const depth = part ? (row - part.row) * part.way : -1;
      if (depth < 0 || (part.way < 0 && !depth)) continue;
      const id = icicleHit(part.layout, place, depth);
      if (id >= 0) return { place, part: at, id, isLump: part.layout.value[id] * this.scale() < 2 };
    }
    return { place, id: -1 };
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => this.point(null));
    canvas.addEventListener("click", (event) => this.click(event));
    canvas.addEventListener("dblclick", () => this.flame.reset());
  }

  // The wheel scrolls the page until the picture has the focus; sideways and with Ctrl it is ours at once.
  wheel(event) {
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (isSideways) this.pan((((event.deltaX || event.deltaY) * unit) / this.scale()));
    else if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.canvas) return;
    else if (!this.zoom(Math.exp(Math.max(-100, Math.min(100, event.deltaY * unit)) * (event.ctrlKey ? 0.01 : 0.002)), this.at(event).place) && !event.ctrlKey) return;
    event.preventDefault();
  }

  down(event) {
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    this.dragged = 0;
  }

  // One pointer that is down pans, two zoom; one that is not points.
  move(event) {
    const old = this.pointers.get(event.pointerId);
    if (!old) return this.point(this.at(event));
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
    const by = event.clientX - old[0];
    this.dragged += Math.abs(by) + Math.abs(event.clientY - old[1]);
    if (this.dragged > 4) this.canvas.setPointerCapture(event.pointerId);
    if (others.length) {
      const [, [x]] = others[0];
      const now = Math.max(10, Math.abs(event.clientX - x));
      this.zoom(Math.max(10, Math.abs(old[0] - x)) / now, this.at({ clientX: (x + event.clientX) / 2, clientY: 0 }).place);
    } else if (this.dragged > 4) {
      this.pan(-by / this.scale());
      if (event.pointerType === "mouse") this.node.scrollTop -= event.clientY - old[1];
    }
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  point(hit) {
    const hover = hit && hit.id >= 0 ? [hit.part, hit.id] : null;
    if (String(hover) === String(this.hover)) return;
    this.hover = hover;
    this.flame.tell(...(hover ?? []));
    this.paint();
  }

  click(event) {
    const hit = this.at(event);
    if (this.dragged > 4 || event.detail > 1 || hit.id < 0) return;
    // A box that cannot be seen is looked at before it is chosen.
    if (hit.isLump) this.zoom(1 / 8, hit.place);
    else this.flame.enter(hit.part, hit.id);
  }
}
