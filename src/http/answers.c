/* answers.c: finished answers of reads, held in memory and sent without asking the stores.
 *
 * Invariants.
 *  1. An answer is taken only where reading now would give it: it was read in one state of both
 *     stores, and that state, the files and the quarter of an hour are still the same. A change is
 *     counted before it is answered, so whoever waited for one reads it.
 *  2. A tag (ETag) is a hash over the answer's name and its bytes: the same tag is the same bytes,
 *     whatever changed between. The gzipped form has a tag of its own.
 *  3. What an answer depends on of its caller is part of its name (ptl_answers_name).
 *  4. Bytes are bounded; what was not asked for longest goes first.
 *
 * An answer is a set of responses that the library sends to any number of connections at once; it
 * lives until the table and every exchange have let go of it. The table is cut into shards, each
 * under its own mutex, held for a look-up and never while bytes are made or sent. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "http/server_internal.h"
#include "store/memory.h"

enum {
    SHARDS = 16,
    BUCKETS = 256,         /* of a shard */
    GZIP_BYTES_MIN = 1024, /* a smaller answer is one packet anyhow */
    RESPONSE_BYTES = 4096, /* what an answer costs beside its bytes: headers of three responses */
    GZIP_LEVEL = 5
};

struct ptl_answer {
    _Atomic int64_t n_holders;
    ptl_hash key;
    ptl_state state;
    struct MHD_Response *plain, *zipped, *not_modified; /* `zipped` may be NULL */
    int64_t plain_bytes, zipped_bytes;
    char etag[80], zipped_etag[80];
    struct ptl_answer *next;          /* in its bucket */
    struct ptl_answer *newer, *older; /* by use        */
};

typedef struct shard {
    pthread_mutex_t mutex;
    ptl_answer *buckets[BUCKETS];
    ptl_answer *newest, *oldest;
    int64_t bytes, n;
} shard;

struct ptl_answers {
    shard shards[SHARDS];
    _Atomic int64_t n_taken;
};

ptl_status ptl_answers_open(ptl_server *server, ptl_error *err)
{
    server->answers = ptl_object_new(sizeof *server->answers, "answers", err);
    if (!server->answers) return PTL_E_NO_MEMORY;
    for (int i = 0; i < SHARDS; i++) pthread_mutex_init(&server->answers->shards[i].mutex, NULL);
    return PTL_OK;
}

/* --- one answer ------------------------------------------------------------------------------- */

void ptl_answer_release(ptl_answer *answer)
{
    if (!answer || atomic_fetch_sub(&answer->n_holders, 1) > 1) return;
    if (answer->plain) MHD_destroy_response(answer->plain);
    if (answer->zipped) MHD_destroy_response(answer->zipped);
    if (answer->not_modified) MHD_destroy_response(answer->not_modified);
    ptl_object_free(answer, sizeof *answer);
}

static int64_t cost_of(const ptl_answer *answer)
{
    return answer->plain_bytes + answer->zipped_bytes + RESPONSE_BYTES;
}

bool ptl_answer_takes_gzip(const ptl_exchange *e)
{
    const char *list = MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_ACCEPT_ENCODING);
    ptl_text rest = ptl_text_of(list ? list : "");
    while (rest.len > 0) {
        ptl_text one = ptl_text_cut(&rest, ',');
        const ptl_text name = ptl_text_trim(ptl_text_cut(&one, ';'));
        const ptl_text weight = ptl_text_trim(one); /* "q=0" and "q=0.000" refuse it */
        if (name.len != 4 || strncasecmp(name.ptr, "gzip", 4) != 0) continue;
        return !(weight.len >= 3 && strncasecmp(weight.ptr, "q=0", 3) == 0 &&
                 strspn(weight.ptr + 3, ".0") >= weight.len - 3);
    }
    return false;
}

static struct MHD_Response *respond(const ptl_exchange *e, const char *bytes, size_t len,
                                    const char *etag)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
    if (response) ptl_exchange_headers(response, e, etag);
    return response;
}

/* One gzip stream in memory; NULL where it could not be made. */
static struct MHD_Response *respond_zipped(int64_t *size, const ptl_exchange *e, const char *etag)
{
    enum { GZIP_WINDOW = 15 + 16 };
    struct MHD_Response *response = NULL;
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)e->answer.ptr,
                  .avail_in = (unsigned)e->answer.len};
    if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    const size_t room = deflateBound(&z, e->answer.len);
    unsigned char *out = ptl_object_new(room, "gzip", NULL);
    z.next_out = out;
    z.avail_out = (unsigned)room;
    if (out && deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < e->answer.len) {
        *size = (int64_t)z.total_out;
        response = respond(e, (const char *)out, z.total_out, etag);
        if (response)
            (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    }
    ptl_object_free(out, room);
    deflateEnd(&z);
    return response;
}

static ptl_answer *make(const ptl_exchange *e, ptl_state state)
{
    ptl_answer *a = ptl_object_new(sizeof *a, "answer", NULL);
    if (!a) return NULL;
    atomic_init(&a->n_holders, 1);
    a->key = e->answer_key;
    a->state = state;
    (void)snprintf(a->etag, sizeof a->etag, "%s", e->etag);
    (void)snprintf(a->zipped_etag, sizeof a->zipped_etag, "%.41s-gz\"", e->etag);
    a->plain = respond(e, e->answer.ptr, e->answer.len, a->etag);
    a->not_modified = respond(e, "", 0, a->etag);
    a->plain_bytes = (int64_t)e->answer.len;
    if (e->answer.len > GZIP_BYTES_MIN && ptl_answer_takes_gzip(e))
        a->zipped = respond_zipped(&a->zipped_bytes, e, a->zipped_etag);
    if (a->plain && a->not_modified) return a;
    ptl_answer_release(a);
    return NULL;
}

/* --- the table -------------------------------------------------------------------------------- */

static shard *shard_of(ptl_server *server, ptl_hash key)
{
    return &server->answers->shards[key.bytes[0] % SHARDS];
}

static ptl_answer **bucket_of(shard *s, ptl_hash key)
{
    return &s->buckets[key.bytes[1] % BUCKETS];
}

static void unlink_use(shard *s, ptl_answer *a)
{
    *(a->newer ? &a->newer->older : &s->newest) = a->older;
    *(a->older ? &a->older->newer : &s->oldest) = a->newer;
}

static void link_newest(shard *s, ptl_answer *a)
{
    a->newer = NULL;
    a->older = s->newest;
    *(s->newest ? &s->newest->newer : &s->oldest) = a;
    s->newest = a;
}

/* Under the mutex: the link that leads to it, or the bucket's end. */
static ptl_answer **find(shard *s, ptl_hash key)
{
    ptl_answer **link = bucket_of(s, key);
    while (*link && memcmp((*link)->key.bytes, key.bytes, sizeof key.bytes) != 0)
        link = &(*link)->next;
    return link;
}

/* Under the mutex. */
static void drop(shard *s, ptl_answer **link)
{
    ptl_answer *a = *link;
    *link = a->next;
    unlink_use(s, a);
    s->bytes -= cost_of(a);
    s->n--;
    ptl_answer_release(a);
}

void ptl_answers_free(ptl_server *server)
{
    ptl_answers *answers = server->answers;
    if (!answers) return;
    for (int i = 0; i < SHARDS; i++) {
        shard *s = &answers->shards[i];
        while (s->oldest) drop(s, find(s, s->oldest->key));
        pthread_mutex_destroy(&s->mutex);
    }
    ptl_object_free(answers, sizeof *answers);
    server->answers = NULL;
}

static void insert(ptl_server *server, ptl_answer *a)
{
    shard *s = shard_of(server, a->key);
    pthread_mutex_lock(&s->mutex);
    ptl_answer **link = find(s, a->key);
    if (*link) drop(s, link);
    a->next = NULL;
    atomic_fetch_add(&a->n_holders, 1);
    *find(s, a->key) = a;
    link_newest(s, a);
    s->bytes += cost_of(a);
    s->n++;
    while (s->bytes > PTL_HTTP_ANSWERS_BYTES_MAX / SHARDS && s->oldest != a)
        drop(s, find(s, s->oldest->key));
    pthread_mutex_unlock(&s->mutex);
}

void ptl_answers_rest(ptl_server *server)
{
    const ptl_state now = ptl_state_now(server);
    for (int i = 0; i < SHARDS; i++) {
        shard *s = &server->answers->shards[i];
        pthread_mutex_lock(&s->mutex);
        for (ptl_answer *a = s->oldest, *newer; a; a = newer) {
            newer = a->newer;
            if (!ptl_state_equal(a->state, now) || s->bytes > PTL_HTTP_REST_BYTES_MAX / SHARDS)
                drop(s, find(s, a->key));
        }
        pthread_mutex_unlock(&s->mutex);
    }
}

/* --- naming, taking, giving ------------------------------------------------------------------- */

/* Every role sees the same of what it may call; where rows depend on who asks, this says how. */
static void add_caller(ptl_hasher *hasher, const ptl_exchange *e)
{
    ptl_hasher_add_text(hasher, ptl_text_of(ptl_role_name(e->caller.role)));
    ptl_hasher_add_text(hasher, ptl_text_of(e->caller.verticals));
}

bool ptl_answers_name(ptl_exchange *e)
{
    ptl_error err;
    ptl_hasher hasher;
    ptl_buffer canonical;
    ptl_error_clear(&err);
    ptl_buffer_init(&canonical, 2 * (size_t)PTL_HTTP_BODY_MAX, NULL);
    const ptl_status st = ptl_args_canonical(&canonical, e->args, &err);
    ptl_hasher_init(&hasher);
    ptl_hasher_add_text(&hasher, ptl_text_of(e->server->salt));
    ptl_hasher_add_text(&hasher, ptl_text_of(e->op->name));
    ptl_hasher_add_text(&hasher, ptl_buffer_borrow(&canonical));
    ptl_hasher_add_text(&hasher, ptl_text_of(e->wants_saved ? "saved" : "json"));
    ptl_hasher_add(&hasher, &e->format, sizeof e->format);
    ptl_hasher_add_text(&hasher, ptl_text_of(e->table));
    add_caller(&hasher, e);
    e->answer_key = ptl_hasher_finish(&hasher);
    ptl_buffer_dispose(&canonical);
    if (st != PTL_OK) ptl_answer_problem(e, 0, &err, NULL);
    return st == PTL_OK;
}

static ptl_text strong(ptl_text tag)
{
    return ptl_text_starts(tag, PTL_TEXT("W/")) ? (ptl_text){tag.ptr + 2, tag.len - 2} : tag;
}

bool ptl_answer_list_has(const char *list, const char *etag)
{
    ptl_text rest = ptl_text_of(list ? list : "");
    while (rest.len > 0) {
        const ptl_text one = strong(ptl_text_trim(ptl_text_cut(&rest, ',')));
        if (ptl_text_equal(one, PTL_TEXT("*")) || ptl_text_equal(one, strong(ptl_text_of(etag))))
            return true;
    }
    return false;
}

static bool matches(const char *list, const ptl_answer *a)
{
    return ptl_answer_list_has(list, a->etag) || ptl_answer_list_has(list, a->zipped_etag);
}

static void answer_with(ptl_exchange *e, ptl_answer *a)
{
    e->kept = a;
    e->http = matches(e->if_none_match, a) ? 304 : 200;
    e->is_zipped = e->http == 200 && a->zipped && ptl_answer_takes_gzip(e);
    if (e->http == 304) atomic_fetch_add(&e->server->n_not_modified, 1);
}

bool ptl_answers_take(ptl_exchange *e)
{
    ptl_answer *found = NULL;
    const ptl_state now = ptl_state_now(e->server);
    shard *s = shard_of(e->server, e->answer_key);
    pthread_mutex_lock(&s->mutex);
    ptl_answer *a = *find(s, e->answer_key);
    if (a && ptl_state_equal(a->state, now)) {
        if (s->newest != a) {
            unlink_use(s, a);
            link_newest(s, a);
        }
        atomic_fetch_add(&a->n_holders, 1);
        found = a;
    }
    pthread_mutex_unlock(&s->mutex);
    if (!found) return false;
    atomic_fetch_add(&e->server->answers->n_taken, 1);
    answer_with(e, found);
    return true;
}

static void make_tag(ptl_exchange *e)
{
    ptl_hasher hasher;
    char hex[PTL_HASH_HEX];
    ptl_hasher_init(&hasher);
    ptl_hasher_add(&hasher, e->answer_key.bytes, sizeof e->answer_key.bytes);
    ptl_hasher_add_text(&hasher, ptl_buffer_borrow(&e->answer));
    ptl_hash_format(hex, ptl_hasher_finish(&hasher));
    (void)snprintf(e->etag, sizeof e->etag, "\"%.40s\"", hex);
}

void ptl_answers_give(ptl_exchange *e, ptl_state state)
{
    make_tag(e);
    ptl_answer *a = make(e, state);
    if (!a) return; /* `answer` is sent as it is */
    if (state.store >= 0 && e->answer.len <= PTL_HTTP_ANSWER_KEPT_MAX) insert(e->server, a);
    answer_with(e, a);
    ptl_buffer_dispose(&e->answer);
}

/* --- sending ---------------------------------------------------------------------------------- */

struct MHD_Response *ptl_answer_response(const ptl_exchange *e)
{
    return e->http == 304 ? e->kept->not_modified : e->is_zipped ? e->kept->zipped : e->kept->plain;
}

int64_t ptl_answer_bytes(const ptl_exchange *e)
{
    if (e->http == 304) return 0;
    if (e->stream && e->http == 200) return ptl_stream_bytes(e->stream);
    if (!e->kept) return (int64_t)e->answer.len;
    return e->is_zipped ? e->kept->zipped_bytes : e->kept->plain_bytes;
}

void ptl_answers_count(ptl_server *server, int64_t *n, int64_t *bytes, int64_t *n_taken)
{
    *n = *bytes = 0;
    for (int i = 0; i < SHARDS; i++) {
        shard *s = &server->answers->shards[i];
        pthread_mutex_lock(&s->mutex);
        *n += s->n;
        *bytes += s->bytes;
        pthread_mutex_unlock(&s->mutex);
    }
    *n_taken = atomic_load(&server->answers->n_taken);
}
