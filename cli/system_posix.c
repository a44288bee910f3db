/* SPDX-License-Identifier: MIT */
/* system.h for POSIX. */
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

const char *const system_scripts_directory = "bin";

/* ---- signals ------------------------------------------------------------------------------------------ */

/* A handler can tell the program nothing but by an object of this type (POSIX.1-2017, XSH 2.4.3). */
static volatile sig_atomic_t arrived;

static void note_signal(int signal)
{
    arrived = signal;
}

static void ignore_signal(int signal)
{
    (void)signal;
}

/* Whoever started this process with the signal ignored (nohup, a shell's background job) wants it so. */
static void handle_signal(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags }, before;
    sigemptyset(&action.sa_mask);
    if (sigaction(signal, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(signal, &action, NULL);
}

static void default_signal(int signal)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

int system_start(void)
{
    handle_signal(SIGINT, note_signal, 0);
    handle_signal(SIGTERM, note_signal, 0);
    handle_signal(SIGHUP, note_signal, 0);
    /* Not SIG_IGN, which programs that are started would inherit. */
    handle_signal(SIGPIPE, ignore_signal, SA_RESTART);
    /* A file beyond RLIMIT_FSIZE: write then says EFBIG, which is undone and reported as any failure (XSH write). */
    handle_signal(SIGXFSZ, ignore_signal, SA_RESTART);
    /* Ignored, it would take away the exit status of programs that are started (XSH 2.4.3, SA_NOCLDWAIT). */
    default_signal(SIGCHLD);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
            return errno;
    }
    return 0;
}

char **system_arguments(int *argc, char **argv)
{
    (void)argc;
    return argv;
}

int system_signal(void)
{
    return arrived;
}

void system_die(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    default_signal(signal);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(signal);
}

/* ---- surroundings ------------------------------------------------------------------------------------- */

const char *const *system_environment(void)
{
    return (const char *const *)environ;
}

bool system_is_terminal(FILE *stream)
{
    return isatty(fileno(stream));
}

int system_columns(FILE *stream)
{
    struct winsize size;
    return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool system_is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Takes ".", ".." and doubled separators out of an absolute path, by text alone. The root becomes "". */
static void normalize(char *path)
{
    char *end = path;
    for (const char *part = path + strspn(path, "/"); *part != '\0'; part += strspn(part, "/")) {
        size_t length = strcspn(part, "/");
        if (length == 2 && part[0] == '.' && part[1] == '.') {
            while (end > path && *--end != '/')
                continue;
        } else if (length != 1 || part[0] != '.') {
            *end++ = '/';
            memmove(end, part, length);
            end += length;
        }
        part += length;
    }
    *end = '\0';
}

char *system_absolute(const char *path)
{
    char *cwd = path[0] == '/' ? strdup("") : getcwd(NULL, 0); /* allocates: glibc, musl, the BSDs, macOS */
    if (cwd == NULL)
        return NULL;
    size_t size = strlen(cwd) + strlen(path) + 2;
    char *absolute = malloc(size);
    if (absolute != NULL) {
        snprintf(absolute, size, "%s/%s", cwd, path);
        normalize(absolute);
    }
    free(cwd);
    return absolute;
}

int64_t system_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int system_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > 1024 ? 1024 : (int)count;
}

int system_descriptors(void)
{
    long count = sysconf(_SC_OPEN_MAX);
    return count < 0 || count > INT_MAX ? INT_MAX : (int)count;
}

/* ---- threads ------------------------------------------------------------------------------------------ */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void system_lock(void)
{
    pthread_mutex_lock(&lock);
}

void system_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void system_run(int count, void *(*work)(void *user), void *user)
{
    pthread_t threads[1024];
    int started = 0;
    while (started < count - 1 && started < 1024 && pthread_create(&threads[started], NULL, work, user) == 0)
        started++;
    work(user);
    while (started > 0)
        pthread_join(threads[--started], NULL);
}
