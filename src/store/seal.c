/* seal.c: personal values under a key of their own (what and why in seal.h).
 *
 * A sealed value is nonce[24] ‖ ciphertext ‖ tag[16]. The nonce is random: XChaCha20's 192 bits
 * make a repetition impossible in practice, whether they are drawn one by one or for a batch at
 * once: the generator is the same. The additional data are the subject's id, 8 bytes,
 * least significant first.
 *
 * Invariants.
 *  1. A key is durable before anything it sealed can be: make returns after the commit.
 *  2. A subject gets one key in its life. A destroyed one leaves its row with a null, so that
 *     making keys for a range again gives the erased subject none.
 *  3. Destroying overwrites the key in the database, then empties SQLite's log.
 *  4. Keys leave this file only into SQLite; every copy in our memory is wiped. */
#include "store/seal.h"

#include "store/limits.h"
#include "store/memory.h"
#include "store/records_internal.h"

#include <sodium.h>
#include <string.h>

enum {
    KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    LOOKUP_BYTES = 16
};
_Static_assert(NONCE_BYTES + TAG_BYTES == 40, "a sealed value is 40 bytes longer (seal.h)");

static const char workspace_key_name[] = "seal.workspace_key";

struct ptl_seal {
    ptl_records *records;
    uint8_t workspace_key[KEY_BYTES];
};

/* --- the workspace's key ---------------------------------------------------------------------- */

static ptl_status load_key(bool *found, ptl_seal *seal, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, seal->records->sql, "meta_get", err));
    ptl_bind_string(s, workspace_key_name);
    PTL_TRY(ptl_sql_step(found, s, err));
    if (!*found) return PTL_OK;
    const ptl_text key = ptl_row_bytes(s, 0);
    const bool fits = key.len == KEY_BYTES;
    if (fits) memcpy(seal->workspace_key, key.ptr, KEY_BYTES);
    ptl_sql_reset(s);
    if (fits) return PTL_OK;
    return ptl_fail(err, PTL_E_CORRUPT, "the workspace's key has %zu bytes, not %d", key.len,
                    KEY_BYTES);
}

static ptl_status load_or_make(ptl_seal *seal, ptl_error *err)
{
    bool found;
    PTL_TRY(load_key(&found, seal, err));
    if (found) return PTL_OK;
    randombytes_buf(seal->workspace_key, KEY_BYTES);
    const ptl_text key = {(const char *)seal->workspace_key, KEY_BYTES};
    return ptl_records_set(seal->records, workspace_key_name, key, err);
}

ptl_status ptl_seal_open(ptl_seal **out, ptl_records *records, ptl_error *err)
{
    if (sodium_init() < 0)
        return ptl_fail(err, PTL_E_UNAVAILABLE, "libsodium finds no source of random bytes");
    ptl_seal *seal = ptl_object_new(sizeof *seal, "keys", err);
    if (!seal) return PTL_E_NO_MEMORY;
    seal->records = records;
    const ptl_status st = load_or_make(seal, err);
    if (st != PTL_OK) {
        ptl_seal_close(seal);
        return st;
    }
    *out = seal;
    return PTL_OK;
}

void ptl_seal_close(ptl_seal *seal)
{
    if (!seal) return;
    sodium_memzero(seal, sizeof *seal);
    ptl_object_free(seal, sizeof *seal);
}

/* Lengths go in before the bytes, so that ("ab", "c") and ("a", "bc") differ. */
static void add_text(crypto_generichash_state *state, ptl_text text)
{
    uint8_t len[8];
    for (int i = 0; i < 8; i++) len[i] = (uint8_t)((uint64_t)text.len >> (8 * i));
    crypto_generichash_update(state, len, sizeof len);
    if (text.len > 0) crypto_generichash_update(state, (const unsigned char *)text.ptr, text.len);
}

void ptl_seal_lookup(uint8_t out[16], const ptl_seal *seal, ptl_text source, ptl_text kind,
                     ptl_text value)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, seal->workspace_key, KEY_BYTES, LOOKUP_BYTES);
    add_text(&state, source);
    add_text(&state, kind);
    add_text(&state, value);
    crypto_generichash_final(&state, out, LOOKUP_BYTES);
    sodium_memzero(&state, sizeof state);
}

/* --- subjects' keys --------------------------------------------------------------------------- */

static ptl_status insert_keys(ptl_seal *seal, const uint8_t *keys, int64_t first_id, int64_t n,
                              ptl_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        ptl_statement *s;
        PTL_TRY(ptl_sql_use(&s, seal->records->sql, "subject_add", err));
        ptl_bind_int(s, first_id + i);
        ptl_bind_blob(s, keys + i * KEY_BYTES, KEY_BYTES);
        PTL_TRY(ptl_sql_run(s, err));
    }
    return PTL_OK;
}

static ptl_status make_keys(ptl_seal *seal, int64_t first_id, int64_t n, ptl_error *err)
{
    uint8_t keys[PTL_SEAL_BATCH * KEY_BYTES];
    ptl_status st = PTL_OK;
    for (int64_t done = 0; done < n && st == PTL_OK; done += PTL_SEAL_BATCH) {
        const int64_t batch = n - done < PTL_SEAL_BATCH ? n - done : PTL_SEAL_BATCH;
        randombytes_buf(keys, (size_t)batch * KEY_BYTES);
        st = insert_keys(seal, keys, first_id + done, batch, err);
    }
    sodium_memzero(keys, sizeof keys);
    return st;
}

ptl_status ptl_seal_make(ptl_seal *seal, int64_t first_id, int64_t n, ptl_error *err)
{
    if (first_id < 0 || n < 0 || n > INT64_MAX - first_id)
        return ptl_fail(err, PTL_E_INVALID,
                        "keys for %lld subjects from %lld: neither may be negative", (long long)n,
                        (long long)first_id);
    if (n == 0) return PTL_OK;
    PTL_TRY(ptl_sql_begin(seal->records->sql, err));
    return ptl_sql_end(seal->records->sql, make_keys(seal, first_id, n, err), err);
}

static ptl_status no_key(int64_t subject_id, bool destroyed, ptl_error *err)
{
    return ptl_fail(err, PTL_E_NOT_FOUND, "the key of subject %lld %s", (long long)subject_id,
                    destroyed ? "was destroyed: its values are erased" : "was never made");
}

static ptl_status get_key(uint8_t out[KEY_BYTES], ptl_seal *seal, int64_t subject_id,
                          ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, seal->records->sql, "subject_get", err));
    ptl_bind_int(s, subject_id);
    bool row;
    PTL_TRY(ptl_sql_step(&row, s, err));
    if (!row) return no_key(subject_id, false, err);
    const ptl_text key = ptl_row_bytes(s, 0);
    const bool fits = key.len == KEY_BYTES;
    if (fits) memcpy(out, key.ptr, KEY_BYTES);
    ptl_sql_reset(s);
    return fits ? PTL_OK : no_key(subject_id, true, err);
}

static void id_bytes(uint8_t out[8], int64_t subject_id)
{
    for (int i = 0; i < 8; i++) out[i] = (uint8_t)((uint64_t)subject_id >> (8 * i));
}

/* Append nonce, ciphertext and tag. */
static ptl_status seal_with(ptl_buffer *out, const uint8_t *key, const uint8_t *nonce,
                            int64_t subject_id, ptl_text value, ptl_error *err)
{
    static const uint8_t room[TAG_BYTES];
    uint8_t id[8];
    if (value.len > PTL_SEALED_VALUE_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "value of %zu bytes to seal, at most %d", value.len,
                        PTL_SEALED_VALUE_MAX);
    id_bytes(id, subject_id);
    const size_t start = out->len;
    ptl_buffer_append(out, nonce, NONCE_BYTES);
    ptl_buffer_append(out, value.ptr, value.len);
    ptl_buffer_append(out, room, sizeof room);
    PTL_TRY(ptl_buffer_check(out, "sealed value", err));
    /* in place: libsodium allows output over input */
    uint8_t *text = (uint8_t *)out->ptr + start + NONCE_BYTES;
    crypto_aead_xchacha20poly1305_ietf_encrypt(text, NULL, text, value.len, id, sizeof id, NULL,
                                               nonce, key);
    return PTL_OK;
}

ptl_status ptl_seal_value(ptl_buffer *out, ptl_seal *seal, int64_t subject_id, ptl_text value,
                          ptl_error *err)
{
    uint8_t key[KEY_BYTES], nonce[NONCE_BYTES];
    PTL_TRY(get_key(key, seal, subject_id, err));
    randombytes_buf(nonce, sizeof nonce);
    const ptl_status st = seal_with(out, key, nonce, subject_id, value, err);
    sodium_memzero(key, sizeof key);
    return st;
}

/* Keys of subjects [first_id, first_id + n), all of which must have one. */
static ptl_status get_keys(uint8_t *out, ptl_seal *seal, int64_t first_id, int64_t n,
                           ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, seal->records->sql, "subject_get_run", err));
    ptl_bind_int(s, first_id);
    ptl_bind_int(s, first_id + n);
    for (int64_t i = 0; i < n; i++) {
        bool row;
        PTL_TRY(ptl_sql_step(&row, s, err));
        const bool is_made = row && ptl_row_int(s, 0) == first_id + i;
        const ptl_text key = is_made ? ptl_row_bytes(s, 1) : PTL_TEXT("");
        const bool fits = key.len == KEY_BYTES;
        if (fits) memcpy(out + i * KEY_BYTES, key.ptr, KEY_BYTES);
        if (fits) continue;
        if (row) ptl_sql_reset(s);
        return no_key(first_id + i, is_made, err);
    }
    ptl_sql_reset(s);
    return PTL_OK;
}

static ptl_status seal_run(ptl_buffer *out, size_t *ends, ptl_seal *seal, int64_t first_id,
                           const ptl_text *values, int64_t n, ptl_error *err)
{
    uint8_t keys[PTL_SEAL_BATCH * KEY_BYTES], nonces[PTL_SEAL_BATCH * NONCE_BYTES];
    ptl_status st = get_keys(keys, seal, first_id, n, err);
    randombytes_buf(nonces, (size_t)n * NONCE_BYTES);
    for (int64_t i = 0; st == PTL_OK && i < n; i++) {
        st = seal_with(out, keys + i * KEY_BYTES, nonces + i * NONCE_BYTES, first_id + i, values[i],
                       err);
        ends[i] = out->len;
    }
    sodium_memzero(keys, sizeof keys);
    return st;
}

ptl_status ptl_seal_values(ptl_buffer *out, size_t *ends, ptl_seal *seal, int64_t first_id,
                           const ptl_text *values, int64_t n, ptl_error *err)
{
    if (first_id < 0 || n < 0 || n > INT64_MAX - first_id)
        return ptl_fail(err, PTL_E_INVALID, "%lld values to seal from subject %lld", (long long)n,
                        (long long)first_id);
    const size_t start = out->len;
    ptl_status st = PTL_OK;
    for (int64_t done = 0; done < n && st == PTL_OK; done += PTL_SEAL_BATCH) {
        const int64_t batch = n - done < PTL_SEAL_BATCH ? n - done : PTL_SEAL_BATCH;
        st = seal_run(out, ends + done, seal, first_id + done, values + done, batch, err);
    }
    if (st == PTL_OK || out->len == start) return st;
    out->len = start;
    out->ptr[start] = '\0';
    return st;
}

/* Decrypt what lies at `start` of the buffer, in place; on failure nothing of it stays. */
static ptl_status open_in_place(ptl_buffer *out, size_t start, const uint8_t *nonce,
                                const uint8_t *key, int64_t subject_id, ptl_error *err)
{
    uint8_t *text = (uint8_t *)out->ptr + start, id[8];
    const size_t len = out->len - start;
    id_bytes(id, subject_id);
    const int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(text, NULL, NULL, text, len, id,
                                                              sizeof id, nonce, key);
    out->len = rc == 0 ? out->len - TAG_BYTES : start;
    out->ptr[out->len] = '\0';
    if (rc == 0) return PTL_OK;
    return ptl_fail(err, PTL_E_CORRUPT,
                    "a sealed value of subject %lld is not what was sealed under its key",
                    (long long)subject_id);
}

ptl_status ptl_seal_open_value(ptl_buffer *out, ptl_seal *seal, int64_t subject_id, ptl_text sealed,
                               ptl_error *err)
{
    if (sealed.len < NONCE_BYTES + TAG_BYTES)
        return ptl_fail(err, PTL_E_CORRUPT, "a sealed value of %zu bytes is cut short", sealed.len);
    uint8_t key[KEY_BYTES];
    PTL_TRY(get_key(key, seal, subject_id, err));
    const size_t start = out->len;
    ptl_buffer_append(out, sealed.ptr + NONCE_BYTES, sealed.len - NONCE_BYTES);
    ptl_status st = ptl_buffer_check(out, "opened value", err);
    if (st == PTL_OK)
        st = open_in_place(out, start, (const uint8_t *)sealed.ptr, key, subject_id, err);
    sodium_memzero(key, sizeof key);
    return st;
}

static ptl_status destroy(ptl_seal *seal, int64_t subject_id, ptl_error *err)
{
    ptl_sql *sql = seal->records->sql;
    ptl_statement *s;
    int64_t id;
    bool found;
    PTL_TRY(ptl_sql_use(&s, sql, "subject_overwrite", err));
    ptl_bind_int(s, subject_id);
    PTL_TRY(ptl_sql_run_int(&id, &found, s, err));
    if (!found) return no_key(subject_id, false, err);
    PTL_TRY(ptl_sql_use(&s, sql, "subject_forget", err));
    ptl_bind_int(s, subject_id);
    PTL_TRY(ptl_sql_run(s, err));
    return ptl_sql_forget_log(sql, err);
}

ptl_status ptl_seal_destroy(ptl_seal *seal, int64_t subject_id, ptl_error *err)
{
    PTL_TRY(ptl_sql_begin(seal->records->sql, err));
    return ptl_sql_end(seal->records->sql, destroy(seal, subject_id, err), err);
}
