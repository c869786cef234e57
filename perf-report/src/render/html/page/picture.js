// The icicle on its canvas: drawn where it is seen, in the colours of the page, moved by mouse and touch.

const FLAME_ROW = 20;
const FLAME_HUES = 8;
const FLAME_MARKS = { regression: "worse", degraded: "worse", improved: "better", added: "new", changed: "new", renamed: "new" };

class FlamePicture {
  constructor(flame) {
    Object.assign(this, { flame, from: 0, to: 1, rows: 1, width: 0, pointers: new Map() });
    this.canvas = el("canvas", {
      tabindex: 0, role: "application", "aria-roledescription": "flame graph", "aria-describedby": "flame-hint flame-detail",
      onpointerdown: (event) => this.down(event), onpointermove: (event) => this.move(event), onpointerup: (event) => this.pointers.delete(event.pointerId), onpointercancel: (event) => this.pointers.delete(event.pointerId),
      onpointerleave: () => this.point(), onclick: (event) => this.click(event), ondblclick: () => flame.reset(),
    });
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.filler = el("div", {});
    this.probe = el("span", { class: "flame-probe", "aria-hidden": "true" });
    this.node = el("div", { class: "flame-scroll", onscroll: () => this.paint() }, this.canvas, this.filler, this.probe);
    this.context = this.canvas.getContext("2d");
    const recolour = () => {
      this.colours = null;
      this.paint();
    };
    const print = (is) => {
      this.isPrinting = is;
      this.colours = null;
      this.resize();
      this.draw();
    };
    new ResizeObserver(() => this.resize()).observe(this.node);
    theme.onchange(recolour);
    matchMedia("(forced-colors: active)").addEventListener("change", recolour);
    matchMedia("print").addEventListener("change", (event) => print(event.matches));
    addEventListener("beforeprint", () => print(true));
    addEventListener("afterprint", () => print(false));
  }

  // Shows what is between two places.
  moveTo(from, to) {
    Object.assign(this, { from, to });
    this.fitRows(1);
    this.paint();
  }

  // Zooms by a factor around a place and pans by some, within the whole. Returns whether anything moved.
  zoom(factor, at = (this.from + this.to) / 2, by = 0) {
    const { total } = this.flame.layout, old = this.from, width = this.to - old;
    if (!total) return false;
    const span = Math.min(total, Math.max(total / 1e9, width * factor));
    this.from = Math.min(total - span, Math.max(0, at + by - ((at - old) * span) / width));
    this.to = this.from + span;
    this.fitRows(this.rows);
    this.paint();
    return this.from !== old || span !== width;
  }

  // Rows for what is wide enough to be drawn, `rows` at least: while one zooms the page keeps still.
  fitRows(rows) {
    if (!this.width) return;
    const { layout } = this.flame;
    const holds = (row) => (rows = Math.max(rows, row - layout.top + 1));
    icicleVisible(layout, this.from, this.to, 2 / this.scale(), -Infinity, Infinity, (id) => holds(layout.row[id]), (from, to, row) => holds(row));
    if (rows === this.rows) return;
    this.rows = rows;
    this.resize();
  }

  // The canvas is as high as what is seen of the rows; the filler below it gives the rest to scroll.
  resize() {
    const all = this.rows * FLAME_ROW + 1, width = this.node.clientWidth;
    if (!width) return;
    const height = this.isPrinting ? all : Math.min(all, Math.max(240, Math.floor(innerHeight * 0.6)));
    const ratio = this.isPrinting ? 2 : devicePixelRatio || 1;
    const isWider = width !== this.width;
    if (isWider || height !== this.height || ratio !== this.ratio) {
      Object.assign(this, { width, height, ratio });
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.node.style.height = this.canvas.style.height = `${height}px`;
      this.draw();
    }
    this.filler.style.height = `${all - height}px`;
    if (isWider) this.fitRows(1);
  }

  // Scrolls until a node is seen, with some rows above and below it.
  scrollTo(id) {
    const top = this.rowTop(this.flame.layout.row[id]), some = 3 * FLAME_ROW;
    if (top < some) this.node.scrollTop += top - some;
    else if (top + some > this.height - FLAME_ROW) this.node.scrollTop += top + some - this.height + FLAME_ROW;
  }

  rowTop(row) {
    return (row - this.flame.layout.top) * FLAME_ROW - this.node.scrollTop;
  }

  // Pixels a unit of the metric.
  scale() {
    return this.width / (this.to - this.from || 1);
  }

  paint() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  // The colours as the page has them now, by way of an element that nobody sees.
  palette() {
    const color = (name) => {
      this.probe.style.color = `var(--flame-${name})`;
      return getComputedStyle(this.probe).color;
    };
    const names = ["page", "text", "lump", "none", "worse", "better", "new", "hot", ...Array(FLAME_HUES + 1).keys()];
    const font = `12px ${getComputedStyle(this.canvas).fontFamily}`;
    this.context.font = font;
    return { ...Object.fromEntries(names.map((name) => [name, color(name)])), font, letter: this.context.measureText("0").width, isForced: matchMedia("(forced-colors: active)").matches };
  }

  draw() {
    const { context, flame, width, height, ratio } = this, { layout } = flame;
    if (!width || !layout) return;
    const colours = (this.colours ??= this.palette());
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    Object.assign(context, { fillStyle: colours.page, font: colours.font, textBaseline: "middle", direction: "ltr" });
    context.fillRect(0, 0, width, height);
    const top = layout.top + Math.floor(this.node.scrollTop / FLAME_ROW);
    icicleVisible(layout, this.from, this.to, 2 / this.scale(), top, top + Math.ceil(height / FLAME_ROW), (id) => this.box(id), (from, to, row) => this.rect(from, to, row, colours.lump));
    if (this.hover > 0) this.ring(this.hover, 1);
    this.ring(flame.id, 2);
  }

  // Fills from one place to another, cut to what is seen. Returns the left edge, the top and the width.
  rect(from, to, row, colour) {
    const { context } = this, top = this.rowTop(row);
    const left = Math.max(-2, (from - this.from) * this.scale());
    const wide = Math.min(this.width + 2, (to - this.from) * this.scale()) - left;
    if (colour && wide >= 0.5) {
      context.fillStyle = colour;
      context.fillRect(left, top, wide - (wide > 4 ? 1 : wide > 2.5 ? 0.5 : 0), FLAME_ROW - 1);
    }
    return [left, top, wide];
  }

  box(id) {
    const { context, flame, colours } = this, { x, value, row, own, tree } = flame.layout;
    const verdict = flame.color === "verdict" && flame.verdictOf(id);
    const colour = this.colourOf(id, verdict), place = [x[id], x[id] + value[id], row[id]];
    const [left, top, wide] = this.rect(...place, colour);
    if (flame.color === "self" && colour !== colours.lump) {
      context.globalAlpha = own[id] / value[id] || 0;
      this.rect(...place, colours.hot);
      context.globalAlpha = 1;
    }
    if (colours.isForced) this.ring(id, 1);
    const isFound = flame.wanted?.[tree.fn[id]];
    context.fillStyle = colours.text;
    if (isFound) context.fillRect(left, top + FLAME_ROW - 4, wide - 1, 3);
    if (wide < 24) return;
    const start = Math.max(0, left) + 5, sign = verdict ? `${SIGNS[verdict]} ` : "";
    const room = Math.floor((Math.min(this.width, left + wide) - start - 4) / colours.letter);
    const text = sign + icicleLabel(flame.label(id), room - sign.length);
    if (text.length > 1) context.fillText(text, start, top + FLAME_ROW / 2 - (isFound ? 1 : 0), room * colours.letter);
  }

  // What is above the focus, or not searched for, stands back.
  colourOf(id, verdict) {
    const { flame, colours } = this, { tree, row } = flame.layout, fn = tree.fn[id];
    if (fn < 0 || (flame.wanted && !flame.wanted[fn]) || (row[id] < row[flame.focus] && !tree.up[id])) return colours.lump;
    if (flame.color === "crate") return colours[flame.hueOf[fn]];
    return verdict ? colours[FLAME_MARKS[verdict]] : colours.none;
  }

  ring(id, size) {
    const { x, value, row } = this.flame.layout, { context } = this;
    const [left, top, wide] = this.rect(x[id], x[id] + value[id], row[id]);
    if (wide <= 0) return;
    Object.assign(context, { strokeStyle: this.colours.text, lineWidth: size });
    context.strokeRect(left + size / 2, top + size / 2, Math.max(2, wide - size - 1), FLAME_ROW - 1 - size);
  }

  // The place under a pointer, and the node there or -1.
  at(event) {
    const edge = this.canvas.getBoundingClientRect(), { layout } = this.flame;
    const place = this.from + (event.clientX - edge.left) / this.scale();
    const row = layout.top + Math.floor((event.clientY - edge.top + this.node.scrollTop) / FLAME_ROW);
    return [place, icicleHit(layout, place, row)];
  }

  // The wheel scrolls the page until the picture has the focus; sideways and with Ctrl it is ours at once.
  wheel(event) {
    const { deltaX, deltaY, ctrlKey, shiftKey } = event, unit = event.deltaMode === 1 ? 16 : 1;
    let isOurs = true;
    if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) this.zoom(1, 0, ((deltaX || deltaY) * unit) / this.scale());
    else if (ctrlKey || document.activeElement === this.canvas) isOurs = this.zoom(Math.exp(Math.max(-100, Math.min(100, deltaY * unit)) * (ctrlKey ? 0.01 : 0.003)), this.at(event)[0]) || ctrlKey;
    else isOurs = false;
    if (isOurs) event.preventDefault();
  }

  down(event) {
    this.pointers.set(event.pointerId, event);
    this.dragged = 0;
  }

  // One pointer that is down pans, two zoom; one that is not points.
  move(event) {
    const old = this.pointers.get(event.pointerId);
    if (!old) return this.point(this.at(event)[1]);
    const other = [...this.pointers.values()].find((one) => one.pointerId !== event.pointerId);
    const by = event.clientX - old.clientX;
    this.dragged += Math.abs(by) + Math.abs(event.clientY - old.clientY);
    this.pointers.set(event.pointerId, event);
    if (this.dragged < 5) return;
    this.canvas.setPointerCapture(event.pointerId);
    if (other) {
      const apart = (one) => Math.max(10, Math.abs(one.clientX - other.clientX));
      return this.zoom(apart(old) / apart(event), this.at({ clientX: (other.clientX + event.clientX) / 2, clientY: 0 })[0]);
    }
    this.zoom(1, 0, -by / this.scale());
    if (event.pointerType === "mouse") this.node.scrollTop -= event.clientY - old.clientY;
  }

  point(id) {
    if (id === this.hover) return;
    this.hover = id;
    this.flame.describe(id >= 0 ? id : this.flame.id);
    this.paint();
  }

  // A box that cannot be seen is looked at before it is chosen.
  click(event) {
    const [place, id] = this.at(event);
    if (this.dragged > 4 || event.detail > 1 || id < 0) return;
    if (this.flame.layout.value[id] * this.scale() < 2) this.zoom(1 / 8, place);
    else this.flame.enter(id);
  }
}
