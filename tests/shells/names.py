# SPDX-License-Identifier: MIT
"""Names that somebody could give an environment or its prompt, as bytes. None may run anything: what they try is
`touch pwned` in the working directory."""

from __future__ import annotations

import random

PLAIN = ["venv", "with blank", " blank at the start", "blank at the end ", "two  blanks", ".hidden", "a.b-c_d+e@f", "..."]

# Each shell's way to run something, or to leave the quotes.
COMMANDS = [
    "';touch pwned;'", '";touch pwned;"', "`touch pwned`", "$(touch pwned)", "$((`touch pwned`))", "${x:-$(touch pwned)}",
    "';touch pwned;#", '";touch pwned;#', ";touch pwned;", "&touch pwned&", "|touch pwned", "&& touch pwned", "|| touch pwned",
    ">pwned", "a'$(touch pwned)'b", "a\"$(touch pwned)\"b", "\\$(touch pwned)", "\\`touch pwned\\`", "\\\\$(touch pwned)",
    "a\\';touch pwned;#", "a\\'\";touch pwned;#", "'\\'';touch pwned;'\\''", "'\"'\"';touch pwned;'\"'\"'",
    "'';touch pwned;''", "(touch pwned)", "{ touch pwned; }", "a (touch pwned) b", "<(touch pwned)", "=(touch pwned)",
    "$'\\x27;touch pwned;\\x27'", "${(e):-$(touch pwned)}", "${:-$(touch pwned)}", "$[$(touch pwned)]", "a[$(touch pwned)]",
    "\u2019;touch pwned;\u2018", "');touch pwned;('", '");touch pwned;("',
    # xonsh, Python
    "{$(touch pwned)}", "@(__import__('os').system('touch pwned'))", "$[touch pwned]", "![touch pwned]",
    '"+__import__("os").system("touch pwned")+"', "'''", '"""', "\\N{BULLET}", "{RED}", "{env_name}", "{", "}}", "{{x}}",
    # nushell, elvish
    '$"(^touch pwned)"', "(^touch pwned)", '" + (^touch pwned) + "', "'#; ^touch pwned; r#'", "r#'x'#", "'##", "{ touch pwned }",
    # cmd.exe
    "&calc&", "%PATH%", "%%", "%PATH", "!PATH!", "^", "^&", "a^b", "(a)", "a)b", "a & b (c) ^ % ! d",
]

# What prompts, patterns and expansions know.
SPECIAL = [
    "'", '"', "`", "\\", "\\\\", "a\\", "a\\\\\\", "'\"'\"'", "\"'\"'\"", "''", '""', "it's", "\\'", "\\\"",
    "$", "$$", "$0", "$HOME", "${HOME}", "a$HOME", "~", "~root", "a=~root", "=ls", "a=b", "==ls", "*", "?", "[a-z]", "a*b?c[d]",
    "{a,b}", "#", "# x", "a#b", "(", ")", "()", "<", ">", "&", ";", "|", "!", "!!", "!t", "!:0", "a!b", "a!!b", "!?x?", "!-1",
    "^", "^a^b", "a^Mb", "%", "%n", "%%n", "%{", "%}", "%1v", "%(!.a.b)", "%D{%s}", "%F{red}x", "%s", "%B", "%d%x", "%$HOME",
    "\\u", "\\w", "\\h", "\\n", "\\e]0;x\\a", "\\[\\]", "\\033[31m", "\\x41", "\\101", "\\c", "\\!", "\\%", "\\^",
    "-n", "-e", "-", "--", "--help", "-rf", "@", "+x", ",", "a,b",
    # The placeholders of these templates and of others.
    "__VENV_DIR__", "__VENV_NAME__", "__VENV_PROMPT__", "__VENV_PROMPT__ x", "__VENV_BIN_NAME__", "__VENV_PYTHON__ x",
    "__VENV_RELOCATABLE__", "___VENV_DIR___", "a'__VENV_DIR__'b", "__VENV_PROMPT__$(touch pwned)", "__VIRTUAL_ENV__ x",
]

TEXT = [
    "h\u00e9llo \u65e5\u672c", "\U0001f40d", "e\u0301", "\u05d0\u05d1", "a\u202eb", "a\u2028b", "a\u00a0b", "a\u3000b", "\ufeffa",
    "a\u200bb", "\u2018a\u2019", "\u201ca\u201d", "\uf600\uf6ff", "\ud7ff\ue000", "\U0010fffd",
]

# Not UTF-8; also the bytes that shells use for their own marks.
BYTES = [
    b"\xff", b"a\xfe\xffb", b"caf\xe9", b"\xe9'", b"\xe2'$(touch pwned)", b'\xc3"$(touch pwned)', b"\xe2\x28\xa1", b"\xc3",
    b"\xed\xa0\x80", b"\xed\xb3\xbf", b"\xf5\x80\x80\x80", b"\xc0\x80", b"\x81\x82\x83\x84\x85\x86\x87\x88", b"\x81$(touch pwned)",
    b"a\xa0b", b"\xe3\x80", b"\x9b31m", b"\x82\\", b"\x82`touch pwned`",
]

# Not for directories.
PROMPT_ONLY = ["a:b", "a/b", "../x", "a:=ls", "a:~root", "", "$(touch ./pwned)", "http://x/?a=b&c"]


def _long_names() -> list[bytes]:
    return [b"x" * 255, b"'" * 255, b"\\" * 254 + b"!", b"$" * 255, ("\u65e5" * 85).encode(), b" " * 255, b"%" * 255, b"!" * 255]


def _encoded(names: list[str]) -> list[bytes]:
    return [name.encode("utf-8", "surrogatepass") for name in names]


def every_name() -> list[bytes]:
    """All that a directory may have: one on PATH holds no colon."""
    return [name for name in every_prompt() if name and b":" not in name and b"/" not in name]


def every_prompt() -> list[bytes]:
    names = _encoded(PLAIN + COMMANDS + SPECIAL + TEXT) + BYTES + _long_names() + _encoded(PROMPT_ONLY)
    return list(dict.fromkeys(names))


def spread(names: list[bytes], count: int) -> list[bytes]:
    """The same `count` of them every time, spread over the list; the first one always."""
    if count >= len(names):
        return names
    return names[:1] + sorted(random.Random(count).sample(names[1:], count - 1), key=names.index)


def is_text(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def random_values(seed: int, count: int, text_only: bool) -> list[bytes]:
    """Values that are made of what shells take apart, and of anything."""
    source = random.Random(seed)
    pieces = [bytes([byte]) for byte in b"'\"\\$`!%^&|;<>(){}[]*?~#=-+,@: \t\n\r"]
    pieces += [b"$(touch pwned)", b"`touch pwned`", b"'\\''", b"\\\n", "\u2019".encode(), "\u65e5".encode(), b"a", b"Z", b"0"]
    values = []
    for _ in range(count):
        value = b"".join(source.choice(pieces) if source.random() < 0.8 else _any_bytes(source, text_only)
                         for _ in range(source.randrange(1, 24)))
        values.append(value)
    return values


def _any_bytes(source: random.Random, text_only: bool) -> bytes:
    if text_only:
        return chr(source.choice([source.randrange(1, 0xd800), source.randrange(0xe000, 0x110000)])).encode()
    return bytes([source.randrange(1, 256)])
