// Unpacks the scripts of a large page. They run since the page's policy names their hash as well as this one's.
(async () => {
  "use strict";
  const text = document.getElementById("page-code").textContent.trim();
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.body.append(script);
})();
