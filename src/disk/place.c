/* SPDX-License-Identifier: MIT */
/* Owns the placing of many files: directories first, then their files, directory by directory on all processors. */
#include "disk/place.h"

#include <errno.h>
#include <stdatomic.h>

#include "base/path.h"
#include "disk/threads.h"

enum how { BY_CLONE, BY_LINK, BY_COPY };

/* A file system allows so many links to one file (ext4: 65,000); we stop a little earlier and copy. */
enum { MANY_LINKS = 60000 };

struct placing {
    const struct place *content;
    struct disk_dir to;
    const struct place_options *options;
    enum how bytecode, others;
    bool may_copy;           /* where a link or clone is refused, a copy will do */
    unsigned permissions;    /* of those that a file asks for, what the umask leaves here */
    const size_t *first;     /* files of directory i: first[i] to first[i + 1] */
    size_t *placed;          /* of directory i, the files before placed[i] are; each is one thread's at a time */
    bool alone;              /* no other thread has descriptors open */
    atomic_size_t next;      /* the directory that is free to be taken */
    atomic_int outcome;      /* enum place_outcome; the first that is not DONE wins, and may write *err */
    struct cvenv_error *err;
};

/* An open directory of the store and of the environment. */
struct place_pair {
    struct disk_dir from, to;
};

/* That says nothing about the store. */
static bool is_shortage(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOMEM;
}

/* Always false. What threads at once have too little for, one alone may do: afterwards. */
static bool fail(struct placing *p, enum place_outcome outcome, int number, const struct place_file *file, const char *doing)
{
    int done = PLACE_DONE;
    const char *directory = p->content->directories[file->directory];
    if (is_shortage(number) && !p->alone)
        return false;
    if (!atomic_compare_exchange_strong(&p->outcome, &done, outcome))
        return false;
    const char *between = directory[0] != '\0' ? "/" : "";
    if (outcome == PLACE_ALTERED && number == ESTALE)
        return error_set(p->err, CVENV_ERROR_SYSTEM, "%s%s%s: not as it was stored", directory, between, file->name);
    return error_system(p->err, number, "%s%s%s: %s", directory, between, file->name, doing);
}

static const unsigned char *contents_of(const struct placing *p, const struct place_file *file)
{
    return p->content->contents + file->offset;
}

/*
 * Is the file of the store what it was when it was made? Links and clones would carry an alteration into the environment. Its
 * times do not tell: each link changes one of them, and the other can be set. ESTALE: it is not.
 */
static int check_unaltered(const struct placing *p, const struct place_pair *pair, const struct place_file *file,
                           struct disk_stat *st)
{
    int number = disk_compare(pair->from, file->name, contents_of(p, file), (size_t)file->size, st);
    if (number == 0 && (st->inode != file->inode || st->mtime != file->mtime || st->owner != p->content->owner))
        number = ESTALE;
    return number == ELOOP || number == EISDIR || number == EINVAL ? ESTALE : number; /* no file */
}

/*
 * A link has the permissions of the store's file. Those who may read it must be those whom the umask lets read here; and
 * nobody but its owner may write, if the umask lets him: who could would alter every environment at once, and what is only ever
 * replaced needs it not.
 */
static bool may_be_linked(const struct placing *p, const struct place_file *file, const struct disk_stat *st)
{
    if (st->links >= MANY_LINKS)
        return false;
    unsigned wanted = file->mode & p->permissions;
    return !p->may_copy ||
           ((st->mode & 0022) == 0 && (st->mode & 0444) == (wanted & 0444) && (st->mode & 0777 & ~wanted) == 0);
}

static int copy_file(const struct placing *p, const struct place_pair *pair, const struct place_file *file)
{
    return disk_write_new(pair->to, file->name, contents_of(p, file), (size_t)file->size, file->mode, file->mtime, false);
}

/* The file system (or a sandbox) does not do that: nothing is wrong, but it has to be done in another way. */
static bool is_refusal(int number)
{
    return number == EMLINK || number == EPERM || number == EXDEV || number == EOPNOTSUPP || number == ENOSYS;
}

static bool place_file(struct placing *p, const struct place_pair *pair, const struct place_file *file)
{
    enum how how = file->bytecode ? p->bytecode : p->others;
    struct disk_stat st;
    int number = how != BY_COPY ? check_unaltered(p, pair, file, &st) : 0;
    if (number != 0)
        return fail(p, is_shortage(number) ? PLACE_FAILED : PLACE_ALTERED, number, file, "reading it in the store");
    number = EMLINK;
    if (how == BY_CLONE)
        number = disk_clone(pair->from, file->name, pair->to, file->name, file->mode, file->mtime);
    else if (how == BY_LINK && may_be_linked(p, file, &st))
        number = disk_link(pair->from, file->name, pair->to, file->name);
    if (number == ENOENT)
        return fail(p, PLACE_ALTERED, number, file, "not where it was stored"); /* another run may be building it anew */
    if (how == BY_COPY || (is_refusal(number) && p->may_copy))
        number = copy_file(p, pair, file);
    return number == 0 ? true : fail(p, PLACE_FAILED, number, file, how == BY_COPY ? "writing" : "placing");
}

static bool open_pair(struct placing *p, size_t directory, struct place_pair *pair)
{
    const char *path = p->content->directories[directory];
    pair->from = DISK_NO_DIR;
    int number = disk_open_below(p->to, path, &pair->to);
    if (number != 0) {
        pair->to = DISK_NO_DIR;
        return fail(p, PLACE_FAILED, number, &p->content->files[p->first[directory]], "opening its directory");
    }
    if (p->bytecode == BY_COPY && p->others == BY_COPY)
        return true;
    number = disk_open_below(p->content->tree, path, &pair->from);
    if (number == 0)
        return true;
    pair->from = DISK_NO_DIR;
    return fail(p, is_shortage(number) ? PLACE_FAILED : PLACE_ALTERED, number, &p->content->files[p->first[directory]],
                "opening its directory in the store");
}

/* False: something has gone wrong, or the rest of it has to wait until no other thread is at work. */
static bool place_directory(struct placing *p, size_t directory)
{
    struct place_pair pair = { DISK_NO_DIR, DISK_NO_DIR };
    bool ok = atomic_load(&p->outcome) == PLACE_DONE && open_pair(p, directory, &pair);
    for (size_t *at = &p->placed[directory]; ok && *at < p->first[directory + 1]; *at += ok)
        ok = place_file(p, &pair, &p->content->files[*at]);
    disk_close(pair.from);
    disk_close(pair.to);
    return ok;
}

/* One thread's work: takes directories until none is left, or something has gone wrong. */
static void work(void *user, int index)
{
    struct placing *p = user;
    (void)index;
    size_t directory;
    while ((directory = atomic_fetch_add(&p->next, 1)) < p->content->directory_count) {
        if (p->first[directory] == p->first[directory + 1])
            continue;
        if (p->options->interrupted != NULL && p->options->interrupted(p->options->user))
            fail(p, PLACE_FAILED, EINTR, &p->content->files[p->first[directory]], "interrupted");
        if (!place_directory(p, directory))
            return;
    }
}

/* What the threads together had too few descriptors or too little memory for. */
static void place_rest(struct placing *p)
{
    p->alone = true;
    for (size_t i = 0; i < p->content->directory_count; i++)
        if (p->placed[i] < p->first[i + 1] && !place_directory(p, i))
            return;
}

/* Parents come before what is in them, and what has the same parent mostly comes together. */
static bool make_directories(const struct place *content, struct disk_dir to, struct arena *a, struct cvenv_error *err)
{
    struct disk_dir parent = DISK_NO_DIR;
    const char *parent_path = NULL;
    int number = 0;
    for (size_t i = 1; number == 0 && i < content->directory_count; i++) {
        const char *path = content->directories[i], *above = path_parent(a, path);
        if (parent_path == NULL || strcmp(above, parent_path) != 0) {
            disk_close(parent);
            parent = DISK_NO_DIR;
            number = disk_open_below(to, above, &parent);
            parent_path = above;
        }
        if (number == 0)
            number = disk_make_dir(parent, path_name(path));
        if (number != 0)
            error_system(err, number, "%s: creating the directory", path);
    }
    disk_close(parent);
    if (a->failed)
        return error_memory(err);
    return number == 0;
}

/* Can the file system share contents? Found out with the first file that is to be placed. */
static int probe_clone(const struct place *content, struct disk_dir scratch, bool *can)
{
    static const char probe[] = "scratch-clone";
    const struct place_file *file = &content->files[0];
    struct disk_dir from;
    *can = false;
    int number = disk_open_below(content->tree, content->directories[file->directory], &from);
    if (number != 0)
        return 0; /* it will be missed when it is to be placed */
    number = disk_clone(from, file->name, scratch, probe, 0600, -1);
    disk_close(from);
    if (number != 0)
        /* EEXIST: a probe that could not be removed */
        return is_refusal(number) || number == ENOENT || number == EEXIST ? 0 : number;
    *can = true;
    return disk_remove(scratch, probe, DISK_FILE);
}

/* Bytecode is linked where a new file would get nothing from its directory (group, access list) that a link does not have. */
static int choose_automatically(struct placing *p)
{
    bool clone, inherits = true;
    int number = probe_clone(p->content, p->options->scratch, &clone);
    if (number == 0 && !clone)
        number = disk_inherits(p->to, &inherits);
    p->bytecode = clone ? BY_CLONE : inherits ? BY_COPY : BY_LINK;
    p->others = clone ? BY_CLONE : BY_COPY;
    return number;
}

static int choose(struct placing *p)
{
    struct disk_stat st;
    int number = disk_stat_dir(p->to, &st);
    if (number != 0)
        return number;
    p->permissions = st.mode & 0777;
    p->may_copy = p->options->mode == CVENV_LINK_AUTO;
    p->bytecode = p->others = BY_COPY;
    if (p->options->mode == CVENV_LINK_CLONE)
        p->bytecode = p->others = BY_CLONE;
    else if (p->options->mode == CVENV_LINK_HARDLINK)
        p->bytecode = p->others = BY_LINK;
    else if (p->options->mode == CVENV_LINK_AUTO && st.device == p->content->device)
        number = choose_automatically(p);
    return number;
}

/* Where each directory's files begin: they are grouped in the order of the directories. */
static size_t *index_files(const struct place *content, struct arena *a)
{
    size_t *first = arena_array(a, content->directory_count + 1, sizeof *first);
    size_t file = 0;
    for (size_t i = 0; first != NULL && i <= content->directory_count; i++) {
        while (file < content->file_count && content->files[file].directory < i)
            file++;
        first[i] = file;
    }
    return first;
}

enum place_outcome place_files(struct arena *a, const struct place *content, struct disk_dir to,
                               const struct place_options *options, struct cvenv_error *err)
{
    if (content->file_count == 0)
        return PLACE_DONE;
    struct placing p = { .content = content, .to = to, .options = options, .err = err };
    p.first = index_files(content, a);
    p.placed = index_files(content, a);
    if (p.first == NULL || p.placed == NULL)
        return error_memory(err), PLACE_FAILED;
    atomic_init(&p.next, 0);
    atomic_init(&p.outcome, PLACE_DONE);
    if (!make_directories(content, to, a, err))
        return PLACE_FAILED;
    int number = choose(&p);
    if (number != 0)
        return error_system(err, number, "finding out how files can be placed there"), PLACE_FAILED;
    int threads = options->processors > 0 ? options->processors : disk_processors();
    threads_run(threads < 16 ? threads : 16, work, &p);
    place_rest(&p);
    return (enum place_outcome)atomic_load(&p.outcome);
}
