/* The entry of the bundle: imports the scripts that work by themselves on a page, which no other script imports.
 *
 * api/edge/bundle.py makes one script of this file and its imports. `window.clew` is for the browser's console and tests;
 * no script reads it.
 */
import { addresses, setAddress } from "./addresses.js";
import "./artifact_console.js";
import "./changes.js";
import { chartGrids } from "./chart_grid.js";
import { gridLayout } from "./chart_grid_layout.js";
import { chartSpecs } from "./chart_grid_specs.js";
import "./charts.js";
import { propsOf, visit } from "./clew.js";
import "./column_headings.js";
import "./column_menu.js";
import "./comparison.js";
import { filters } from "./filter_grammar.js";
import "./fleet_history.js";
import { gpuMessages } from "./gpu_messages.js";
import "./gpu_stream.js";
import "./gpu_tile.js";
import "./group_picker.js";
import "./inference_keys.js";
import { listQuery } from "./list_query.js";
import { metricSearch } from "./metric_search.js";
import { sortModels } from "./model_order.js";
import "./nav.js";
import "./relations.js";
import "./run_changes.js";
import "./run_edits_list.js";
import "./run_edits_page.js";
import "./run_list.js";
import "./run_pages.js";
import { selection } from "./run_selection.js";
import "./run_trash.js";
import "./table_access.js";
import "./training_list.js";
import "./training_live.js";
import { translate } from "./translate.js";
import "./views.js";

window.clew = { addresses, chartGrids, chartSpecs, filters, gpuMessages, gridLayout, listQuery, metricSearch, propsOf, selection, setAddress, sortModels, translate, visit };
