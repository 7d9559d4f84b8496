/* reference.c: docs/workspace.md, printed from the tables that the reader itself uses (tables.h).
 */
#include "workspace/tables.h"

static const char head[] =
    "# The workspace\n"
    "\n"
    "A workspace is a folder of text files that a team keeps in git. `portolan init DIR` writes "
    "one\n"
    "that runs, with every key explained; `portolan apply` checks all files, tells every mistake\n"
    "with its line, and puts them in force together or not at all. `portolan workspace set\n"
    "kpi.to=120000` changes one value in its place, as the console's forms do.\n"
    "\n"
    "```\n"
    "acme/\n"
    "  portolan.yaml       the company, its calendar, the one number\n"
    "  channels.yaml       the channels you work with, and how exports write them\n"
    "  journeys.yaml       what journeys lead to, and how events are cut into them\n"
    "  metrics.yaml        who answers for a metric, and definitions of your own\n"
    "  people/verticals.yaml  parts of the company that one person each answers for\n"
    "  sources/orders.yaml where a kind of file comes from and what its columns mean\n"
    "  .portolan/          what the program keeps: never in git (.gitignore sees to it)\n"
    "```\n"
    "\n"
    "The files are YAML: `key: value`, deeper keys indented by spaces, list items after `- `.\n"
    "A text that begins with a sign, or holds `: ` or ` #`, stands in quotes. Anchors, aliases,\n"
    "tags, a second document, a key twice and keys that are not listed here are mistakes, each\n"
    "told as `file:line:column: key: found …, allowed: …`.\n"
    "\n"
    "`portolan workspace get channels.yaml` lists what a file says and may say; `portolan\n"
    "workspace set --file channels.yaml` changes it. A value is named by its way through the "
    "file:\n"
    "\n"
    "| change | does |\n"
    "|---|---|\n"
    "| `kpi.to=120000` | writes the value in its place, or the key where it is missing |\n"
    "| `[2].label=Search` | the second item of a list; the one behind the last is added |\n"
    "| `goals[1].value=cm1` | the first of the list `goals` |\n"
    "| `columns.cost=Kosten (EUR)` | a name of the writer's own, in a map of names |\n"
    "| `files=…` | a list, one text a line |\n"
    "| `kpi.label=` | leaves the key out |\n"
    "| `[2]=`, `goals[1]=` | leaves the item out, with the comments that belong to it |\n"
    "| `=` | leaves the whole file out |\n"
    "\n"
    "Other bytes, comments and order stay. A file that is missing is made. What a source has\n"
    "loaded stays when its file goes; nothing new is read from it.\n"
    "\n"
    "This page is printed by the program from the tables it reads the files with.\n"
    "\n";

void ptl_workspace_reference(ptl_buffer *out)
{
    ptl_buffer_text(out, head);
    ptl_schema_print(out, &ptl_schema_portolan);
    ptl_schema_print(out, &ptl_schema_channel);
    ptl_schema_print(out, &ptl_schema_journeys);
    ptl_schema_print(out, &ptl_schema_metric);
    ptl_schema_print(out, &ptl_schema_vertical);
    ptl_schema_print(out, &ptl_schema_source);
}
