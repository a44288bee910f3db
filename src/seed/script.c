/* SPDX-License-Identifier: MIT */
/* Owns the console scripts: what each generation of pip writes into them. */
#include "base/path.h"
#include "base/utf8.h"
#include "seed/version.h"
#include "seed/wheel.h"

/* The longest first line that every kernel reads, as distlib counts it: with "#!" and the line end. */
enum { SHEBANG_MAX = 127 };

/* What the shell would not leave alone in a path without quotes, and between double quotes. */
static const char special[] = "\t\n \"$`\\'&|;<>()*?[]{}^";
static const char special_in_quotes[] = "\"$`\\";

static const char cookie[] = "# -*- coding: utf-8 -*-\n";
static const char bytes_cookie[] = "# -*- coding: latin-1 -*-\n";

/* What stands around "from MODULE import NAME" from version `since` of pip on. */
static const struct generation {
    const char *since;
    bool coding;     /* begins with the line that names the encoding */
    bool blank_line; /* has an empty line behind a plain shebang */
    const char *before, *after;
} generations[] = {
    { "26.0", false, false, "import sys\n",
      "if __name__ == '__main__':\n"
      "    sys.argv[0] = sys.argv[0].removesuffix('.exe')\n" },
    { "25.2", false, false, "import sys\n",
      "if __name__ == '__main__':\n"
      "    if sys.argv[0].endswith('.exe'):\n"
      "        sys.argv[0] = sys.argv[0][:-4]\n" },
    { "20.0", true, false, "import re\nimport sys\n",
      "if __name__ == '__main__':\n"
      "    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n" },
    { "19.0", true, false, "import re\nimport sys\n\n",
      "\nif __name__ == '__main__':\n"
      "    sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])\n" },
    { "0", true, true, "import re\nimport sys\n\n",
      "\nif __name__ == '__main__':\n"
      "    sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])\n" },
};

static const struct generation *find_generation(const char *pip_version)
{
    const struct generation *g = generations;
    const struct generation *last = generations + sizeof generations / sizeof *generations - 1;
    while (g < last && version_compare(pip_version, g->since) < 0)
        g++;
    return g;
}

bool wheel_leaves_requested(const char *pip_version)
{
    return version_compare(pip_version, "20.2") >= 0;
}

/*
 * Quotes a word of the second line, which is read both by sh and, between three quotes, by Python: no three quotes in a
 * row, and no back-slash before anything but another.
 */
static void add_quoted(struct text *out, const char *word)
{
    text_add_char(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            text_add_string(out, "'\"'\"'");
        else if (*word == '\\')
            text_add_string(out, "'\"\\\\\"'");
        else
            text_add_char(out, *word);
    }
    text_add_char(out, '\'');
}

/* As distlib does it (double quotes when there is a blank) where that runs and loses nothing; else quoted. */
static void add_executable(struct text *out, const char *executable, bool utf8)
{
    if (utf8 && strpbrk(executable, special) == NULL)
        text_add_string(out, executable);
    else if (utf8 && strchr(executable, ' ') != NULL && strpbrk(executable, special_in_quotes) == NULL &&
             strstr(executable, "'''") == NULL)
        text_add_format(out, "\"%s\"", executable);
    else
        add_quoted(out, executable);
}

/*
 * A line for sh that Python reads as a string. A path that is not UTF-8 needs its encoding told in the line before:
 * Python looks for it in the first two lines only, and the first may not hold such a path itself.
 */
static void add_long_shebang(struct text *out, const char *executable, bool relocatable, bool utf8)
{
    text_add_string(out, "#!/bin/sh\n");
    text_add_string(out, utf8 ? "" : bytes_cookie);
    text_add_string(out, "'''exec' ");
    if (relocatable) {
        text_add_string(out, "\"$(dirname -- \"$(realpath -- \"$0\")\")\"/");
        add_quoted(out, path_name(executable));
    } else {
        add_executable(out, executable, utf8);
    }
    text_add_string(out, " \"$0\" \"$@\"\n' '''\n");
}

/* What runs the entry point: all but the first line. */
static void add_body(struct text *out, const struct entry_point *point, const struct generation *g, bool utf8)
{
    int first = (int)strcspn(point->attribute, ".");
    text_add_string(out, g->coding && utf8 ? cookie : "");
    text_add_string(out, g->before);
    text_add_format(out, "from %s import %.*s\n", point->module, first, point->attribute);
    text_add_string(out, g->after);
    text_add_format(out, "    sys.exit(%s())\n", point->attribute);
}

struct slice wheel_script(struct arena *a, const struct entry_point *point, const char *executable,
                          const char *pip_version, bool relocatable)
{
    const struct generation *g = find_generation(pip_version);
    struct text out = TEXT_INIT(a);
    bool utf8 = utf8_is_valid(executable, strlen(executable));
    bool simple = utf8 && !relocatable && strchr(executable, ' ') == NULL && strlen(executable) + 3 <= SHEBANG_MAX;
    if (simple)
        text_add_format(&out, "#!%s\n%s", executable, g->blank_line ? "\n" : "");
    else
        add_long_shebang(&out, executable, relocatable, utf8);
    add_body(&out, point, g, utf8);
    return (struct slice){ text_string(&out), out.length };
}

struct slice wheel_script_body(struct arena *a, const struct entry_point *point, const char *pip_version)
{
    struct text out = TEXT_INIT(a);
    add_body(&out, point, find_generation(pip_version), true);
    return (struct slice){ text_string(&out), out.length };
}
