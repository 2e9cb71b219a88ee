/* The comparison on the runs page: opened and closed in the browser, with the runs in the address. */
(function () {
  "use strict";
  const COMPARED = "compare-runs";
  const NEWS = "compare-news";
  const LONGEST_ADDRESS = 6000; // servers take 8,000 characters
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  const runs = {
    /** What the list just learned, the comparison has to look at, too. */
    news(version) {
      if (version) setProps(NEWS, { data: version });
    },

    compare(clicks, selected) {
      if (!clicks) return;
      window.clew.setAddress((query) => query.set("runs", selected.join(",")));
      setProps(COMPARED, { data: { runs: selected, malformed: 0, odd: [] } });
      window.setTimeout(() => {
        const heading = document.querySelector("#compare-panel h2");
        heading.scrollIntoView({ block: "start" }); // at once: a smooth one draws the page again and again meanwhile
        heading.focus({ preventScroll: true });
      }, 50);
    },

    closeComparison(clicks) {
      if (!clicks) return;
      window.clew.setAddress((query) => query.delete("runs"));
      setProps(COMPARED, { data: { runs: [], malformed: 0, odd: [] } });
      document.getElementById("runs-compare").focus();
    },

    hidden(compared) {
      return !compared.runs.length && !compared.malformed && !compared.odd.length;
    },
  };

  /** The report is of what the address says in the moment in which it is asked for. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#compare-report");
    if (!link) return;
    const query = window.clew.addresses.query();
    const path = `${document.documentElement.dataset.prefix}runs/report.html`;
    link.href = `${path}?${query.toString().replace(/%2C/gi, ",")}`;
    if (link.href.length <= LONGEST_ADDRESS) return;
    event.preventDefault();
    send(path, query);
  });

  /** What is too long for an address goes as a form; its answer is a file, so the page stays. */
  function send(path, query) {
    const { make } = window.clew.live;
    const fields = [...query].map(([name, value]) => make("input", { type: "hidden", name, value }));
    const form = make("form", { method: "post", action: path, hidden: "" }, ...fields);
    document.body.append(form);
    form.submit();
    form.remove();
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.runs = Object.assign(window.dash_clientside.runs || {}, runs);
})();
