/* SPDX-License-Identifier: MIT */
/* The order of versions (Version specifiers specification, once PEP 440). Pure. */
#ifndef SEED_VERSION_H
#define SEED_VERSION_H

/* Less than, equal to or greater than 0 as `a` comes before, with or after `b`. What is no version comes before all. */
int version_compare(const char *a, const char *b);

#endif
