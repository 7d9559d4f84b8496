/* report.c: what the server tells those who run it: a line a request, and counters.
 *
 * No line and no counter holds a parameter, a body, a key or a cookie. */
#include <string.h>

#include "base/clock.h"
#include "http/server_internal.h"

static void put_head(ptl_json *json, const char *level, const char *event)
{
    char at[40];
    ptl_instant_format(at, ptl_clock_now());
    ptl_json_object(json);
    ptl_json_put_string(json, "time", at);
    ptl_json_put_string(json, "level", level);
    ptl_json_put_string(json, "event", event);
}

/* Under the log's mutex. */
static void write_out(ptl_server *server)
{
    ptl_buffer *lines = &server->log_lines;
    if (lines->len > 0 && server->options->log) {
        (void)fwrite(lines->ptr, 1, lines->len, server->options->log);
        (void)fflush(server->options->log);
    }
    ptl_buffer_clear(lines);
}

void ptl_report_flush(ptl_server *server)
{
    pthread_mutex_lock(&server->log_mutex);
    write_out(server);
    pthread_mutex_unlock(&server->log_mutex);
}

/* A write for every request would cost more than the request: lines of requests wait for the next
 * tick, or until they are many; what else is said is written at once. */
static void write_line(ptl_server *server, ptl_json *json, ptl_buffer *line, bool at_once)
{
    ptl_json_object_end(json);
    if (server->options->log && ptl_json_finish(json) == PTL_OK) {
        ptl_buffer_text(line, "\n");
        pthread_mutex_lock(&server->log_mutex);
        ptl_buffer_append(&server->log_lines, line->ptr, line->len);
        if (at_once || server->log_lines.len > PTL_HTTP_LOG_BYTES_MAX) write_out(server);
        pthread_mutex_unlock(&server->log_mutex);
    }
    ptl_buffer_dispose(line);
}

/* What came over the wire may be no UTF-8: its bytes are shown as "?". */
static void put_wire(ptl_json *json, const char *key, const char *text)
{
    char clean[256];
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof clean; n++)
        clean[n] = text[n] >= ' ' && text[n] < 127 ? text[n] : '?';
    clean[n] = '\0';
    ptl_json_put_string(json, key, clean);
}

void ptl_report_request(const ptl_exchange *e)
{
    ptl_server *server = e->server;
    ptl_buffer line;
    ptl_json json;
    const int64_t ms = ptl_clock_monotonic_ms() - e->begun_ms;
    const int hundreds = e->http >= 100 && e->http < 600 ? e->http / 100 : 0;
    atomic_fetch_add(&server->n_answers[hundreds], 1);
    if (!e->is_stream) atomic_fetch_add(&server->total_ms, ms);
    ptl_buffer_init(&line, 8192, NULL);
    ptl_json_init_buffer(&json, &line, 0, NULL);
    put_head(&json, "info", "request");
    put_wire(&json, "method", e->method ? e->method : "");
    put_wire(&json, "path", e->url);
    ptl_json_put_int(&json, "status", e->http);
    ptl_json_put_int(&json, "ms", ms);
    ptl_json_put_int(&json, "bytes", ptl_answer_bytes(e));
    ptl_json_put_string(&json, "via", e->over_socket ? "socket" : "tcp");
    ptl_json_put_string(&json, "actor", e->caller.is_known ? e->caller.actor : NULL);
    write_line(server, &json, &line, false);
}

void ptl_report_line(ptl_server *server, const char *level, const char *event, const char *what)
{
    ptl_buffer line;
    ptl_json json;
    ptl_buffer_init(&line, 8192, NULL);
    ptl_json_init_buffer(&json, &line, 0, NULL);
    put_head(&json, level, event);
    put_wire(&json, "what", what);
    write_line(server, &json, &line, true);
}

/* --- Prometheus' text format, 0.0.4 ----------------------------------------------------------- */

static void put_metric(ptl_buffer *out, const char *name, const char *type, const char *help,
                       int64_t value)
{
    ptl_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name, type, name,
                      (long long)value);
}

static void put_requests(ptl_buffer *out, ptl_server *server)
{
    int64_t n = 0;
    ptl_buffer_text(out, "# HELP portolan_http_requests_total Requests answered, by status.\n"
                         "# TYPE portolan_http_requests_total counter\n");
    for (int i = 1; i < 6; i++) {
        const int64_t one = atomic_load(&server->n_answers[i]);
        ptl_buffer_printf(out, "portolan_http_requests_total{status=\"%dxx\"} %lld\n", i,
                          (long long)one);
        n += one;
    }
    ptl_buffer_printf(out,
                      "# HELP portolan_http_request_seconds Time from first byte to answer.\n"
                      "# TYPE portolan_http_request_seconds summary\n"
                      "portolan_http_request_seconds_sum %.3f\n"
                      "portolan_http_request_seconds_count %lld\n",
                      (double)atomic_load(&server->total_ms) / 1000.0, (long long)n);
}

static void put_answers(ptl_buffer *out, ptl_server *server)
{
    int64_t n, bytes, n_taken;
    ptl_answers_count(server, &n, &bytes, &n_taken);
    put_metric(out, "portolan_answers_held", "gauge", "Answers held in memory.", n);
    put_metric(out, "portolan_answers_held_bytes", "gauge", "Their size.", bytes);
    put_metric(out, "portolan_answers_taken_total", "counter", "Requests answered from them.",
               n_taken);
}

void ptl_report_metrics(ptl_exchange *e)
{
    ptl_server *server = e->server;
    int64_t n_open = 0, n_streams = 0, n_dropped = 0, n_tables = 0, n_broken_off = 0;
    ptl_buffer *out = &e->answer;
    ptl_buffer_clear(out);
    pthread_mutex_lock(&server->mutex);
    const int64_t n_waiting = server->changes.n, n_reads = server->reads.n;
    for (int i = 0; i < PTL_HTTP_JOBS_MAX; i++)
        n_open += server->jobs[i].job_id > 0 && server->jobs[i].state <= PTL_JOB_RUNNING;
    pthread_mutex_unlock(&server->mutex);
    put_requests(out, server);
    put_metric(out, "portolan_http_not_modified_total", "counter", "Answers 304.",
               atomic_load(&server->n_not_modified));
    put_metric(out, "portolan_http_overdue_total", "counter", "Requests that waited too long.",
               atomic_load(&server->n_overdue));
    put_metric(out, "portolan_access_refused_total", "counter", "Refusals at the gate.",
               atomic_load(&server->n_refused));
    put_metric(out, "portolan_store_waiting", "gauge", "Changes that wait for their turn.",
               n_waiting);
    put_metric(out, "portolan_reads_waiting", "gauge", "Reads that wait for a lane.", n_reads);
    put_answers(out, server);
    ptl_events_count(server, &n_streams, &n_dropped);
    put_metric(out, "portolan_event_streams", "gauge", "Event streams open.", n_streams);
    put_metric(out, "portolan_event_streams_dropped_total", "counter",
               "Event streams whose reader was too slow.", n_dropped);
    ptl_streams_count(server, &n_tables, &n_broken_off);
    put_metric(out, "portolan_tables_open", "gauge", "Whole lists that are being sent.", n_tables);
    put_metric(out, "portolan_tables_broken_off_total", "counter",
               "Whole lists that did not come to their end.", n_broken_off);
    put_metric(out, "portolan_jobs_open", "gauge", "Jobs queued or running.", n_open);
    put_metric(out, "portolan_warehouse_version", "gauge", "The newest load.",
               atomic_load(&server->warehouse_version));
    put_metric(out, "portolan_uptime_seconds", "gauge", "Since the start.",
               (ptl_clock_now() - server->started_at) / 1000000);
    e->http = 200;
    e->type = "text/plain; version=0.0.4; charset=utf-8";
}
