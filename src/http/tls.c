/* tls.c: the server's own certificate.
 *
 * Invariants. 1. A certificate is used only with the key that belongs to it; both are checked
 * before they take the place of those in use. 2. What a connection was begun with stays until the
 * server ends: at most PTL_HTTP_CERTIFICATES_MAX are read in its life. 3. A key that other users of
 * the machine can read is refused. */
#include <gnutls/abstract.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "http/server_internal.h"
#include "store/memory.h"

enum { CHAIN_MAX = 8, FILE_BYTES_MAX = 1024 * 1024 };

typedef struct certificate {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned n;
    gnutls_privkey_t key;
} certificate;

struct ptl_tls {
    const char *certificate_path, *key_path;
    certificate kept[PTL_HTTP_CERTIFICATES_MAX];
    int n;
    _Atomic(certificate *) in_use;
};

/* The library hands no context on: there is one server in a process. */
static ptl_tls *the_tls;

static void forget(certificate *c)
{
    for (unsigned i = 0; i < c->n; i++) gnutls_pcert_deinit(&c->chain[i]);
    if (c->key) gnutls_privkey_deinit(c->key);
    *c = (certificate){0};
}

static ptl_status read_file(gnutls_datum_t *out, const char *path, ptl_arena *arena, ptl_error *err)
{
    ptl_text text;
    PTL_TRY(ptl_file_read(&text, path, FILE_BYTES_MAX, arena, err));
    *out =
        (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text.ptr, .size = (unsigned)text.len};
    return PTL_OK;
}

static ptl_status check_mode(const char *path, ptl_error *err)
{
    struct stat about;
    if (stat(path, &about) != 0 || (about.st_mode & S_IRWXO) == 0) return PTL_OK;
    (void)ptl_fail(err, PTL_E_DENIED, "key \"%.200s\" can be read by every user of this machine",
                   path);
    ptl_error_hint(err, "chmod 600 %.200s", path);
    return PTL_E_DENIED;
}

/* Whether the certificate was made for this key: both name the same public key. */
static bool belong_together(certificate *c)
{
    unsigned char of_certificate[64], of_key[64];
    size_t n_certificate = sizeof of_certificate, n_key = sizeof of_key;
    gnutls_pubkey_t public = NULL;
    if (gnutls_pubkey_init(&public) != 0) return false;
    const bool same =
        gnutls_pubkey_import_privkey(public, c->key, 0, 0) == 0 &&
        gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, of_key, &n_key) == 0 &&
        gnutls_pubkey_get_key_id(c->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, of_certificate,
                                 &n_certificate) == 0 &&
        n_key == n_certificate && memcmp(of_key, of_certificate, n_key) == 0;
    gnutls_pubkey_deinit(public);
    return same;
}

static ptl_status read_certificate(certificate *c, const ptl_tls *tls, ptl_arena *arena,
                                   ptl_error *err)
{
    gnutls_datum_t chain, key;
    unsigned n = CHAIN_MAX;
    PTL_TRY(read_file(&chain, tls->certificate_path, arena, err));
    PTL_TRY(check_mode(tls->key_path, err));
    PTL_TRY(read_file(&key, tls->key_path, arena, err));
    int code = gnutls_pcert_list_import_x509_raw(c->chain, &n, &chain, GNUTLS_X509_FMT_PEM, 0);
    if (code != 0 || n == 0)
        return ptl_fail(err, PTL_E_INVALID, "certificate \"%.200s\": %s", tls->certificate_path,
                        gnutls_strerror(code));
    c->n = n;
    code = gnutls_privkey_init(&c->key);
    if (code == 0)
        code = gnutls_privkey_import_x509_raw(c->key, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (code != 0)
        return ptl_fail(err, PTL_E_INVALID, "key \"%.200s\": %s", tls->key_path,
                        gnutls_strerror(code));
    if (belong_together(c)) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "key \"%.200s\" does not belong to certificate \"%.200s\"",
                    tls->key_path, tls->certificate_path);
}

static ptl_status load(ptl_tls *tls, ptl_error *err)
{
    ptl_arena arena;
    if (tls->n == PTL_HTTP_CERTIFICATES_MAX)
        return ptl_fail(err, PTL_E_LIMIT,
                        "the certificate was changed %d times: restart the server", tls->n);
    certificate *c = &tls->kept[tls->n];
    ptl_arena_init(&arena, 4 * (size_t)FILE_BYTES_MAX, NULL);
    const ptl_status st = read_certificate(c, tls, &arena, err);
    ptl_arena_dispose(&arena);
    if (st != PTL_OK) {
        forget(c);
        return st;
    }
    tls->n++;
    atomic_store(&tls->in_use, c);
    return PTL_OK;
}

static int retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
                    const gnutls_pk_algorithm_t *algorithms, int n_algorithms,
                    gnutls_pcert_st **chain, unsigned *n, gnutls_privkey_t *key)
{
    certificate *c = atomic_load(&the_tls->in_use);
    (void)session;
    (void)authorities;
    (void)n_authorities;
    (void)algorithms;
    (void)n_algorithms;
    *chain = c->chain;
    *n = c->n;
    *key = c->key;
    return 0;
}

ptl_status ptl_tls_open(ptl_server *server, ptl_error *err)
{
    const ptl_serve_options *o = server->options;
    if (!o->certificate && !o->key) return PTL_OK;
    if (!o->certificate || !o->key)
        return ptl_fail(err, PTL_E_INVALID, "a certificate needs its key: --certificate and --key");
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return ptl_fail(err, PTL_E_VERSION, "this system's libmicrohttpd was built without TLS");
    ptl_tls *tls = ptl_object_new(sizeof *tls, "certificate", err);
    if (!tls) return PTL_E_NO_MEMORY;
    tls->certificate_path = o->certificate;
    tls->key_path = o->key;
    server->tls = the_tls = tls;
    return load(tls, err);
}

void ptl_tls_reload(ptl_server *server)
{
    ptl_error err;
    ptl_error_clear(&err);
    if (!server->tls) return;
    if (load(server->tls, &err) == PTL_OK)
        ptl_report_line(server, "info", "certificate", "read anew");
    else
        ptl_report_line(server, "error", "certificate kept", err.message);
}

void ptl_tls_free(ptl_server *server)
{
    ptl_tls *tls = server->tls;
    if (!tls) return;
    for (int i = 0; i < tls->n; i++) forget(&tls->kept[i]);
    ptl_object_free(tls, sizeof *tls);
    server->tls = the_tls = NULL;
}

void *ptl_tls_callback(const ptl_server *server)
{
    gnutls_certificate_retrieve_function2 *fn = retrieve;
    void *plain = NULL;
    if (server->tls) memcpy(&plain, &fn, sizeof plain); /* a function as the library's option */
    return plain;
}

bool ptl_tls_is_secure(const ptl_exchange *e)
{
    if (e->server->tls) return !e->over_socket;
    if (!e->server->options->behind_proxy) return false;
    const char *proto =
        MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "X-Forwarded-Proto");
    return proto && strcmp(proto, "https") == 0;
}
