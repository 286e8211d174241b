/* TLS sessions that were kept. */
#include "base/buffer.h"
#include "base/digest.h"
#include "base/memory.h"
#include "modem/net/link_internal.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MAX 32 /* then the oldest goes                                 */

struct kept {
    uint8_t id[LINK_ID_SIZE];
    SSL_SESSION *session; /* NULL: none                                     */
};

struct link_cache {
    pthread_mutex_t lock;
    unsigned owners;
    struct kept kept[KEPT_MAX];
    size_t next; /* to be replaced                                          */
};

struct link_cache *link_cache_new(void)
{
    struct link_cache *cache = memory_new(1, sizeof *cache);
    pthread_mutex_init(&cache->lock, NULL);
    cache->owners = 1;
    return cache;
}

struct link_cache *link_cache_use(struct link_cache *cache)
{
    if (cache == NULL) return NULL;
    pthread_mutex_lock(&cache->lock);
    cache->owners++;
    pthread_mutex_unlock(&cache->lock);
    return cache;
}

void link_cache_free(struct link_cache *cache)
{
    if (cache == NULL) return;
    pthread_mutex_lock(&cache->lock);
    unsigned left = --cache->owners;
    pthread_mutex_unlock(&cache->lock);
    if (left > 0) return;
    for (size_t i = 0; i < KEPT_MAX; i++) SSL_SESSION_free(cache->kept[i].session);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static struct kept *find(struct link_cache *cache, const uint8_t *id)
{
    for (size_t i = 0; i < KEPT_MAX; i++)
        if (cache->kept[i].session != NULL && memcmp(cache->kept[i].id, id, LINK_ID_SIZE) == 0)
            return &cache->kept[i];
    return NULL;
}

void link_cache_put(struct link_cache *cache, const uint8_t *id, SSL_SESSION *session)
{
    pthread_mutex_lock(&cache->lock);
    struct kept *kept = find(cache, id);
    if (kept == NULL) {
        kept = &cache->kept[cache->next];
        cache->next = (cache->next + 1) % KEPT_MAX;
    }
    SSL_SESSION_free(kept->session);
    kept->session = session;
    memcpy(kept->id, id, LINK_ID_SIZE);
    pthread_mutex_unlock(&cache->lock);
}

/* A copy, for OpenSSL writes into the session of a connection. */
SSL_SESSION *link_cache_find(struct link_cache *cache, const uint8_t *id)
{
    pthread_mutex_lock(&cache->lock);
    const struct kept *kept = find(cache, id);
    SSL_SESSION *session = kept == NULL ? NULL : SSL_SESSION_dup(kept->session);
    pthread_mutex_unlock(&cache->lock);
    return session;
}

/* With its size, so that no two lists give the same bytes. */
static void add(struct buffer *all, const void *bytes, size_t size)
{
    buffer_append(all, &size, sizeof size);
    if (size > 0) buffer_append(all, bytes, size);
}

static void add_text(struct buffer *all, const char *text)
{
    add(all, text, text == NULL ? 0 : strlen(text));
}

void link_cache_id(const struct link_options *options, uint8_t *id)
{
    struct buffer all = {0};
    const struct link_tls *tls = options->tls;
    const int settings[] = {options->port,    tls->version_min,   tls->version_max,  tls->verifies,
                            tls->checks_time, tls->ignores_trust, tls->ignores_chain};
    add(&all, settings, sizeof settings);
    add_text(&all, options->host);
    add_text(&all, tls->server_name);
    add_text(&all, tls->key_password);
    add(&all, tls->ciphers, tls->cipher_count * sizeof *tls->ciphers);
    add(&all, tls->ca, tls->ca_size);
    add(&all, tls->certificate, tls->certificate_size);
    add(&all, tls->key, tls->key_size);
    digest_bytes(all.bytes, all.size, id);
    buffer_release(&all);
}
