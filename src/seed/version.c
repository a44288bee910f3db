/* SPDX-License-Identifier: MIT */
/* Owns the order of versions: epoch, release, then dev < a < b < rc < final < post. */
#include "seed/version.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { PARTS = 16 };

/* A version taken apart; numbers that are left out are 0. */
struct parts {
    bool valid;
    long epoch, release[PARTS];
    int phase; /* 0: only a dev release of the final one; 1 a, 2 b, 3 rc, 4 final */
    long pre, post, dev;
};

static long number(const char **s)
{
    long n = 0;
    while (isdigit((unsigned char)**s)) {
        n = n < 100000000 ? n * 10 + (**s - '0') : n;
        ++*s;
    }
    return n;
}

static void skip_separator(const char **s)
{
    if (**s != '\0' && strchr(".-_", **s) != NULL)
        ++*s;
}

/* Takes one of the spellings off the front, with the separators around it. */
static bool word(const char **s, const char *const *spellings)
{
    const char *at = *s;
    skip_separator(&at);
    for (; *spellings != NULL; spellings++) {
        size_t length = strlen(*spellings);
        if (strncmp(at, *spellings, length) != 0 || isalpha((unsigned char)at[length]))
            continue;
        *s = at + length;
        skip_separator(s);
        return true;
    }
    return false;
}

static void parse_release(const char **s, struct parts *p)
{
    for (int i = 0; isdigit((unsigned char)**s); i++) {
        long n = number(s);
        if (i < PARTS)
            p->release[i] = n;
        if (**s != '.' || !isdigit((unsigned char)(*s)[1]))
            return;
        ++*s;
    }
}

static struct parts parse(const char *s)
{
    static const char *const alpha[] = { "alpha", "a", NULL }, *const beta[] = { "beta", "b", NULL };
    static const char *const candidate[] = { "preview", "pre", "rc", "c", NULL };
    static const char *const post[] = { "post", "rev", "r", NULL }, *const dev[] = { "dev", NULL };
    struct parts p = { .phase = 4, .post = -1, .dev = -1 };
    if (*s == 'v')
        s++;
    const char *bang = strchr(s, '!');
    if (bang != NULL) {
        p.epoch = number(&s);
        s = bang + 1;
    }
    p.valid = isdigit((unsigned char)*s) != 0;
    parse_release(&s, &p);
    p.phase = word(&s, alpha) ? 1 : word(&s, beta) ? 2 : word(&s, candidate) ? 3 : 4;
    if (p.phase < 4)
        p.pre = number(&s);
    if (word(&s, post))
        p.post = number(&s);
    if (word(&s, dev))
        p.dev = number(&s);
    if (p.dev >= 0 && p.phase == 4 && p.post < 0)
        p.phase = 0;
    p.valid = p.valid && (*s == '\0' || *s == '+'); /* a local label does not count here */
    return p;
}

static int order(long a, long b)
{
    return (a > b) - (a < b);
}

int version_compare(const char *a, const char *b)
{
    const struct parts x = parse(a), y = parse(b);
    if (!x.valid || !y.valid)
        return order(x.valid, y.valid);
    int result = order(x.epoch, y.epoch);
    for (int i = 0; result == 0 && i < PARTS; i++)
        result = order(x.release[i], y.release[i]);
    if (result == 0)
        result = order(x.phase, y.phase);
    if (result == 0)
        result = order(x.pre, y.pre);
    if (result == 0)
        result = order(x.post, y.post);
    if (result == 0) /* a dev release comes before what it leads to */
        result = order(x.dev < 0, y.dev < 0) != 0 ? order(x.dev < 0, y.dev < 0) : order(x.dev, y.dev);
    return result;
}
