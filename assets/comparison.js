/* The comparison on the runs page: opened and closed in the browser, with the runs in the address. */
(function () {
  "use strict";
  const COMPARED = "compare-runs";
  const NEWS = "compare-news";
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

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.runs = Object.assign(window.dash_clientside.runs || {}, runs);
})();
