/* SPDX-License-Identifier: MIT */
/* Filling in struct cvenv_error: once where a fault is seen, wrapped with context on the way up. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "cvenv.h"

#if defined(__GNUC__)
#define ERROR_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define ERROR_PRINTF(f, a)
#endif

/* Each returns false, so that `return error_set(...)` reads well. Control characters in arguments are shown escaped. */
bool error_set(struct cvenv_error *err, enum cvenv_error_code code, const char *format, ...) ERROR_PRINTF(3, 4);
/* CVENV_ERROR_SYSTEM: the message is "<format>: <strerror(number)>". ENOMEM becomes CVENV_ERROR_MEMORY. */
bool error_system(struct cvenv_error *err, int number, const char *format, ...) ERROR_PRINTF(3, 4);
/* Puts "<format>: " before the message that is there. */
bool error_wrap(struct cvenv_error *err, const char *format, ...) ERROR_PRINTF(2, 3);
/* CVENV_ERROR_MEMORY. */
bool error_memory(struct cvenv_error *err);

#endif
