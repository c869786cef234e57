// Numbers that the program keeps of itself.

views.push({
  id: "metrics",
  title: "Metrics",
  has: (model) => model.metrics.length > 0,
  mount(section) {
    const { model } = app;
    const text = (row, value) => metricText(row.kind, value);
    const columns = [
      { title: "metric", cell: (row) => el("span", { class: "name", text: fmt.name(row.name) }) }, { title: "kind", cell: (row) => row.kind },
      { title: "value", number: true, cell: (row) => text(row, row.value) }, { title: "least", number: true, cell: (row) => text(row, row.min) },
      { title: "mean", number: true, cell: (row) => text(row, row.mean) }, { title: "most", number: true, cell: (row) => text(row, row.max) },
      { title: "of", number: true, cell: (row) => (row.kind === "ratio" ? `${fmt.count(row.part)} of ${fmt.count(row.whole)}` : row.samples === null || row.samples === undefined ? "–" : fmt.plural(row.samples, "update")) },
      { title: "updated", cell: (row) => (row.file ? `${fmt.name(row.file)}:${row.line}` : "–") },
    ];
    if (model.comparison) columns.splice(2, 0, { title: "verdict", cell: (row) => (model.verdictOf.has(row.name) ? verdictTag(model.verdictOf.get(row.name)) : "–") });
    section.append(plainTable("Metrics of the program", columns, model.metrics));
    return () => {};
  },
});
