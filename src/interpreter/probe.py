# SPDX-License-Identifier: MIT
"""What an interpreter says of itself: printed when run as a program, returned by facts() when imported.

Runs under `-I -S` on CPython and PyPy from 3.6 on, and as far as needed to name its version on anything older (Python 2
too: so no syntax that it would refuse). Imports are few because every one is waited for.

The answer is "key = value" lines between two marker lines, so that what a wrapper prints around it does no harm. Values
are printable ASCII: every other byte, blank and "%" are written as %xx. A key may come several times.
"""
import os
import sys

BEGIN = '=== cvenv facts 1 ==='
END = '=== end of facts ==='


def encoded(value):
    """The bytes of a path (PEP 383), safe on a line, and for a list of words separated by blanks."""
    return ''.join(chr(b) if 0x20 < b < 0x7f and b != 0x25 else '%%%02x' % b for b in os.fsencode(value))


def same_file(one, other):
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def links(path):
    """The path and what it leads to, link by link; links among its directories stay (as getpath.py does it)."""
    chain = [path]
    while os.path.islink(path) and len(chain) < 40:
        path = os.path.abspath(os.path.join(os.path.dirname(path), os.readlink(path)))
        chain.append(path)
    return chain


class Probe(object):
    def __init__(self):
        self.watched = []  # what the answer rests on: if one of these files changes, or appears, it is to be asked anew
        self.implementation = sys.implementation.name
        self.release = sys.version_info[:2]

    def watch(self, path):
        if path not in self.watched:
            self.watched.append(path)
        return path

    # ---- the base executable -----------------------------------------------------------------------------

    def home_of(self, executable):
        """The `home` of the environment that the executable is in (PEP 405), or None."""
        directory = os.path.dirname(executable)
        for place in (os.path.dirname(directory), directory):
            try:
                with open(self.watch(os.path.join(place, 'pyvenv.cfg')), 'rb') as file:
                    lines = file.read(1 << 20).splitlines()
            except OSError:
                continue
            for line in lines:
                key, equals, value = line.partition(b'=')
                if equals and key.strip().lower() == b'home':
                    return os.fsdecode(value.strip())
        return None

    def inside_environment(self, executable):
        """The executable, or the first one that its links lead to, which is inside an environment; with its home."""
        home = None
        for executable in links(executable):
            home = self.home_of(executable)
            if home is not None or self.is_getpath():
                break
        return executable, home

    def is_getpath(self):
        """Does sys._base_executable come from CPython's getpath.py (3.11)? Then it is what venv goes by."""
        return self.implementation == 'cpython' and self.release >= (3, 11)

    def step_out(self, executable, home):
        """The executable in `home` that an environment's stands for: of its name if that is the same program."""
        stem = 'pypy' if self.implementation == 'pypy' else 'python'
        versioned = os.path.join(home, '%s%d.%d' % ((stem,) + self.release))
        names = [os.path.basename(executable), stem + '3', 'python3', stem, 'python']
        candidates = [os.path.join(home, name) for name in names]
        linked = links(executable)[-1]
        is_copy = same_file(os.path.dirname(linked), os.path.dirname(executable))
        if self.is_getpath() and not is_copy:
            return linked
        for candidate in candidates:
            if same_file(candidate, versioned if is_copy else linked):
                return candidate
        found = [path for path in [versioned] + candidates if os.path.isfile(path)]
        return (found or candidates)[0] if is_copy else linked

    def base_executable(self):
        executable = os.path.abspath(sys.executable)
        if os.name == 'nt' and hasattr(sys, '_base_executable'):  # 3.7.2: what its launcher started
            return os.path.abspath(sys._base_executable)
        if self.is_getpath() and self.home_of(executable) is None:
            return os.path.abspath(sys._base_executable)
        for _ in range(16):
            inner, home = self.inside_environment(executable)
            if home is None:
                break
            executable = os.path.abspath(self.step_out(inner, home))
        return executable

    # ---- the tree that its venv makes --------------------------------------------------------------------

    def venv_path(self, name):
        """A path of the installation scheme for environments, relative to the environment."""
        import sysconfig
        bases = dict.fromkeys(('base', 'platbase', 'installed_base', 'installed_platbase'), '')
        return sysconfig.get_path(name, 'venv', bases).replace(os.sep, '/').lstrip('/')

    def layout(self):
        windows = os.name == 'nt'
        stem = 'pypy' if self.implementation == 'pypy' else 'python'
        library = 'Lib/site-packages' if windows else 'lib/%s%d.%d/site-packages' % ((stem,) + self.release)
        if stem == 'pypy' and self.release < (3, 8) and not windows:
            library = 'site-packages'
        include = 'Include' if windows else 'include'
        if self.release >= (3, 11):
            library = self.venv_path('purelib')
            if self.release < (3, 14):
                include = self.venv_path('include')
        platform_library = self.venv_path('platlib') if self.release >= (3, 15) else library
        wide = sys.maxsize > 2 ** 32 and os.name == 'posix' and sys.platform != 'darwin'
        lib64 = wide and self.release < (3, 15) and library.startswith('lib/')
        return [('bin_name', 'Scripts' if windows else 'bin'), ('include_path', include), ('lib_path', library),
                ('platlib_path', platform_library), ('lib64', '1' if lib64 else '0')]

    def names(self):
        names = ['python', 'python3']
        if self.release >= (3, 9):
            names.append('python%d.%d' % self.release)
        if self.implementation == 'pypy':
            names += ['pypy3', 'pypy']
        elif self.release == (3, 14):
            names.append(os.fsdecode(b'\xf0\x9d\x9c\x8bthon'))
        return names

    # ---- the programs in Scripts, on Windows -------------------------------------------------------------

    def programs(self, executable):
        """(name, program that it stands for or '', launcher to copy or '') of what venv puts there."""
        directory, file = os.path.split(executable)
        stem = os.path.splitext(file)[0]
        debug = '_d' if stem.lower().endswith('_d') else ''
        wanted = []
        for kind in ('python', 'pythonw'):
            if self.release >= (3, 13):
                wanted += self.launched(directory, kind, debug)
            else:
                wanted += [(name, os.path.join(directory, name), self.launcher(directory, name, kind, debug))
                           for name in (kind + debug + '.exe', kind + '.exe', kind + '_d.exe')]
        if self.release < (3, 13):
            wanted.insert(0, (file, executable, self.launcher(directory, file, 'python', debug)))
        seen = set()
        for name, original, launcher in wanted:
            original = original if os.path.isfile(original) else ''
            if name.lower() not in seen and (original or launcher):
                seen.add(name.lower())
                yield name, original, launcher

    def launched(self, directory, kind, debug):
        """The names of one kind of interpreter since 3.13: the simplest first, which is the primary one."""
        import sysconfig
        thread = '3.%dt' % self.release[1] if sysconfig.get_config_var('Py_GIL_DISABLED') else ''
        original = os.path.join(directory, kind + thread + debug + '.exe')
        launcher = self.launcher(directory, None, kind, thread[-1:] + debug)
        names = [kind + debug, kind, kind + thread, kind + thread + debug]
        return [(name + '.exe', original, launcher) for name in names]

    def launcher(self, directory, name, kind, suffix):
        """The base's launcher for a name: venv's, or that of a build that is not installed; '' if it has none."""
        import sysconfig
        scripts = os.path.join(os.path.dirname(os.path.abspath(os.__file__)), 'venv', 'scripts', 'nt')
        built = 'venv%slauncher%s.exe' % (kind[len('python'):], suffix)
        if sysconfig.is_python_build():
            places = [os.path.join(directory, built)]
        else:
            places = [os.path.join(scripts, name or built)]
        return ([path for path in map(self.watch, places) if os.path.isfile(path)] or [''])[0]

    def runtime(self, executable):
        """(path, place) of the libraries that a link to the executable needs beside it."""
        directory = os.path.dirname(executable)
        for file in sorted(os.listdir(directory)):
            if file.lower().startswith(('python', 'vcruntime')) and file.lower().endswith('.dll'):
                yield self.watch(os.path.join(directory, file)), 'Scripts/' + file

    def script_launcher(self):
        """What pip's wheel calls the launchers of scripts for this interpreter (distlib's ScriptMaker)."""
        import sysconfig
        return ('64' if sys.maxsize > 2 ** 32 else '32') + ('-arm' if sysconfig.get_platform() == 'win-arm64' else '')

    # ---- shared libraries --------------------------------------------------------------------------------

    def libraries(self, executable):
        """(path, place in an environment) of the libraries that the executable finds by its own place."""
        found, objects = [], [(executable, 'bin')]
        for path, directory in objects:
            names, places = elf_needs(path)
            for name in names:
                for place in places:
                    where = os.path.normpath(place.replace('$ORIGIN', directory).replace('${ORIGIN}', directory))
                    origin = os.path.dirname(path)
                    there = os.path.join(place.replace('$ORIGIN', origin).replace('${ORIGIN}', origin), name)
                    there = os.path.normpath(there)
                    if os.path.isfile(there):
                        if is_private(where, there) and there not in [known for known, _ in found]:
                            found.append((self.watch(there), os.path.normpath(os.path.join(where, name))))
                            objects.append((there, where))
                        break
        return found

    def watch_runtime(self):
        """Notes the shared library that this interpreter runs on, wherever the loader found it."""
        try:
            with open('/proc/self/maps', 'rb') as file:
                for line in file:
                    path = line.rstrip(b'\n').split(None, 5)[5:]
                    if path and os.path.basename(path[0]).startswith((b'libpython', b'libpypy')):
                        self.watch(os.fsdecode(path[0]))
        except OSError:
            pass

    # ---- the wheels that ensurepip installs --------------------------------------------------------------

    def wheels_in(self, directory):
        """The wheels of each project in the directory, by name, in ensurepip's order (that of strings)."""
        try:
            files = sorted(os.listdir(self.watch(directory)))
        except OSError:
            files = []
        return dict((name, [os.path.join(directory, file) for file in files
                            if file.startswith(name + '-') and file.endswith('.whl')]) for name in self.projects())

    def projects(self):
        return ['setuptools', 'pip'] if self.release < (3, 12) else ['pip']

    def bundled(self, directory):
        """What is in ensurepip's own directory: of several versions the one that its source names."""
        wheels = self.wheels_in(os.path.join(directory, '_bundled'))
        if any(len(paths) > 1 for paths in wheels.values()):
            import re
            with open(self.watch(os.path.join(directory, '__init__.py')), encoding='utf-8') as file:
                versions = dict(re.findall(r'^_(\w+)_VERSION = "([^"]+)"', file.read(), re.M))
            for name, paths in wheels.items():
                start = '%s-%s-' % (name, versions.get(name.upper()))
                wheels[name] = [path for path in paths if os.path.basename(path).startswith(start)] or paths
        return wheels

    def is_meant_for_this(self, wheel):
        """Does a wheel that does not belong to this interpreter allow its version (Requires-Python: >=X.Y)?"""
        import re
        import zipfile
        try:
            with zipfile.ZipFile(wheel) as archive:
                metadata = [name for name in archive.namelist() if name.endswith('.dist-info/METADATA')]
                text = archive.read(metadata[0]).decode('utf-8', 'replace') if metadata else ''
        except (OSError, zipfile.BadZipFile):
            return False
        needed = re.search(r'^Requires-Python:.*>= *(\d+)\.(\d+)', text, re.M)
        return needed is None or self.release >= (int(needed.group(1)), int(needed.group(2)))

    def seeds(self, stdlib):
        """What this base's ensurepip would install; without an ensurepip, what the distribution has for it."""
        import sysconfig
        projects = self.projects()
        system = sysconfig.get_config_var('WHEEL_PKG_DIR')
        places = [self.wheels_in(os.path.normpath(system))] if system else []
        places.append(self.bundled(os.path.join(stdlib, 'ensurepip')))
        for wheels in places:
            if all(wheels[name] for name in projects):
                return [(name, wheels[name][-1]) for name in projects]
        patched = os.path.isdir(os.path.join(stdlib, 'ensurepip'))  # by a distribution: it takes what there is
        for prefix in (sys.base_prefix, '/usr'):
            wheels = self.wheels_in(os.path.join(prefix, 'share', 'python-wheels'))
            fit = [(name, wheels[name][-1]) for name in projects
                   if wheels[name] and (patched or self.is_meant_for_this(wheels[name][-1]))]
            if 'pip' in dict(fit):
                return fit
        return []

    # ---- all of it ---------------------------------------------------------------------------------------

    def lines(self):
        import sysconfig
        from _frozen_importlib_external import MAGIC_NUMBER
        executable = self.base_executable()
        stdlib = os.path.dirname(self.watch(os.path.abspath(os.__file__)))
        self.watch_runtime()
        yield 'self', encoded(sys.executable)
        yield 'executable', encoded(executable)
        yield 'real_executable', encoded(os.path.realpath(executable))
        yield 'implementation', encoded(self.implementation)
        yield 'abi_thread', 't' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''
        yield 'prefix', encoded(sys.base_prefix)
        yield 'stdlib', encoded(stdlib)
        for key, value in self.layout():
            yield key, encoded(value)
        windows = os.name == 'nt'
        for name in self.names() if not windows else ():
            yield 'name', encoded(name)
        for path, place in self.runtime(executable) if windows else self.libraries(os.path.realpath(executable)):
            yield 'library', encoded(path) + ' ' + encoded(place)
        for program in self.programs(executable) if windows else ():
            yield 'program', ' '.join(encoded(word) or '-' for word in program)
        if windows:
            yield 'script_launcher', self.script_launcher()
        yield 'cache_tag', encoded(sys.implementation.cache_tag or '')
        yield 'magic', ''.join('%02x' % b for b in MAGIC_NUMBER)
        for name, path in self.seeds(stdlib):
            yield 'seed', ' '.join([name, encoded(os.path.basename(path).split('-')[1]), encoded(path)])
            self.watch(path)
        for path in self.watched:
            yield 'watch', encoded(path)


def is_private(where, path):
    """Is it this Python's own library: inside the environment when copied, and not where the loader looks anyway?"""
    system = ('/lib', '/usr/lib', '/lib64', '/usr/lib64')
    return not where.startswith(('/', '..')) and os.path.dirname(path) not in system


def elf_needs(path):
    """(names, places) of a program: DT_NEEDED, DT_RUNPATH or DT_RPATH (System V ABI, chapter 5); empty if no ELF."""
    try:
        with open(path, 'rb') as file:
            return elf_dynamic(file)
    except (OSError, ValueError, OverflowError):
        return [], []


def elf_dynamic(file):
    head = file.read(64)
    if head[:4] != b'\x7fELF' or len(head) < 64:
        return [], []
    order = 'little' if head[5] == 1 else 'big'
    word = 8 if head[4] == 2 else 4

    def number(data, offset, size):
        return int.from_bytes(data[offset:offset + size], order)

    def read(offset, size):
        file.seek(offset)
        return file.read(min(size, 1 << 20))

    table, entry, count = ((number(head, 32, 8), number(head, 54, 2), number(head, 56, 2)) if word == 8 else
                           (number(head, 28, 4), number(head, 42, 2), number(head, 44, 2)))
    segments = []
    for i in range(count):
        data = read(table + i * entry, entry)
        at = (8, 16, 32) if word == 8 else (4, 8, 16)
        segments.append((number(data, 0, 4),) + tuple(number(data, offset, word) for offset in at))
    tags = []
    for kind, offset, _, size in segments:
        if kind == 2:  # PT_DYNAMIC
            data = read(offset, size)
            tags = [(number(data, i, word), number(data, i + word, word)) for i in range(0, len(data), 2 * word)]
    first = dict(reversed(tags))
    strings = b''
    for kind, offset, address, size in segments:
        if kind == 1 and 5 in first and address <= first[5] < address + size:  # PT_LOAD with DT_STRTAB
            strings = read(offset + first[5] - address, first.get(10, 0))

    def string(offset):
        return os.fsdecode(strings[offset:].split(b'\0', 1)[0])

    places = string(first.get(29, first.get(15, len(strings))))
    return [string(value) for tag, value in tags if tag == 1], [place for place in places.split(':') if place]


def facts():
    """The answer, as text."""
    lines = ['', BEGIN, 'version = %d.%d.%d' % sys.version_info[:3]]
    if sys.version_info >= (3, 6):
        lines += ['%s = %s' % line for line in Probe().lines()]
    return '\n'.join(lines + [END, ''])


if __name__ == '__main__':
    sys.stdout.write(facts())
