/* The components of a page whose properties a script reads, by their ids. */

/** A row of a DataTable: its cells by column. */
type TableRow = Props & { id: string };

/** The properties of a DataTable that scripts read. */
interface DataTable {
  data: TableRow[];
  columns: import("../../assets/run_columns.js").Spec[];
  hidden_columns?: string[];
  sort_by?: import("../../assets/model_order.js").SortBy[];
  filter_query?: string;
  page_current?: number;
  page_size: number;
  selected_rows?: number[];
  selected_row_ids?: string[];
  /** The ids of the rows that the filters find, in the order on show; and of those on the page on show. */
  derived_virtual_row_ids?: string[];
  derived_viewport_row_ids?: string[];
}

interface ComponentProps {
  "compare-group-default": { data: string[] | null };
  "compare-options": { data: import("../../assets/group_picker.js").GroupChoice };
  "fleet-table": DataTable;
  "models-chosen": { data: string | null };
  "models-table": DataTable;
  "runs-algorithm": { value: string };
  "runs-answer": { data: (import("../../assets/run_pages.js").PageAnswer & { of?: string }) | null };
  "runs-archived": { value: boolean };
  "runs-columns": { data: string[] };
  "runs-experiment": { value: string };
  "runs-known-columns": { data: import("../../assets/run_columns.js").KnownColumns };
  "runs-listed": { data: import("../../assets/run_pages.js").ListState | null };
  "runs-selected": { data: string[] | null };
  "runs-table": DataTable;
  "runs-texts": { data: RunListTexts };
  "runs-together": { value: boolean };
  "runs-widths": { data: Record<string, number> };
}

/** The properties of the component with this id, as far as they are known. */
type PropsOf<Id extends string> = Id extends keyof ComponentProps ? ComponentProps[Id] : Props;
