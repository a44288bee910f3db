# SPDX-License-Identifier: MIT
"""Methods that are overridden, in a subclass or on a builder, or patched."""

import os
import shutil
import subprocess
import sys
import types
import unittest
from unittest import mock

import venv

from cases import IS_CVENV, Case, only_cvenv, since

HOOKS = ("ensure_directories", "create_configuration", "setup_python", "_setup_pip", "setup_scripts", "post_setup")


class Overridden(Case):
    def test_each_by_super(self):
        """Every method may be wrapped, one at a time and all at once."""
        for names in [(name,) for name in HOOKS] + [HOOKS]:
            with self.subTest(names=names):
                calls = []

                def wrap(name):
                    def method(self, argument):
                        calls.append(name)
                        return getattr(super(Builder, self), name)(argument)

                    return method

                Builder = type("Builder", (venv.EnvBuilder,), {name: wrap(name) for name in names})
                env_dir = os.path.join(self.top, "-".join(names))
                with mock.patch("venv.subprocess.check_output"):  # pip itself is another test's matter
                    Builder(symlinks=True, with_pip=True).create(env_dir)
                self.assertEqual(list(names), calls)
                subprocess.check_call([os.path.join(env_dir, "bin", "python"), "-c", "pass"])
                self.assertTrue(os.path.exists(os.path.join(env_dir, "bin", "activate")))

    def test_each_replaced_by_nothing(self):
        """What an override leaves out is not made."""
        for name, missing in [
            ("create_configuration", "pyvenv.cfg"),
            ("setup_python", "bin/python"),
            ("setup_scripts", "bin/activate"),
        ]:
            with self.subTest(name=name):
                env_dir = os.path.join(self.top, name)
                builder = venv.EnvBuilder(symlinks=True)
                setattr(builder, name, lambda context: None)
                builder.create(env_dir)
                for path in ("pyvenv.cfg", "bin/python", "bin/activate"):
                    self.assertEqual(path != missing, os.path.exists(os.path.join(env_dir, path)), path)

    def test_on_the_instance(self):
        builder = venv.EnvBuilder(with_pip=True)
        builder._setup_pip = mock.Mock()
        builder.post_setup = mock.Mock()
        builder.create(self.env_dir)
        context = builder.post_setup.call_args[0][0]
        builder._setup_pip.assert_called_once_with(context)
        self.assertFalse(os.path.exists(self.path("bin", "pip")))

    def test_patched_in_the_class(self):
        with mock.patch.object(venv.EnvBuilder, "setup_python", autospec=True) as patched:
            builder = venv.EnvBuilder()
            builder.create(self.env_dir)
        self.assertIs(builder, patched.call_args[0][0])
        self.assertFalse(os.path.exists(self.path("bin", "python")))

    def test_only_those_that_apply_are_called(self):
        builder = venv.EnvBuilder(upgrade=True)
        for name in ("_setup_pip", "setup_scripts", "post_setup", "upgrade_dependencies", "clear_directory"):
            setattr(builder, name, mock.Mock())
        builder.create(self.env_dir)
        for name in ("_setup_pip", "setup_scripts", "post_setup", "upgrade_dependencies", "clear_directory"):
            getattr(builder, name).assert_not_called()

    def test_a_hook_may_change_what_is_wanted(self):
        class Builder(venv.EnvBuilder):
            def setup_python(self, context):
                super().setup_python(context)
                self.with_pip = True
                self.upgrade = True

        builder = Builder()
        builder._setup_pip = mock.Mock()
        builder.post_setup = mock.Mock()
        builder.create(self.env_dir)
        builder._setup_pip.assert_called_once()
        builder.post_setup.assert_not_called()

    def test_nested(self):
        class Builder(venv.EnvBuilder):
            def post_setup(self, context):
                venv.create(context.env_dir + "-inner", symlinks=True)
                self.after = os.path.exists(os.path.join(context.env_dir, "pyvenv.cfg"))

        builder = Builder(symlinks=True)
        builder.create(self.env_dir)
        self.assertTrue(builder.after)
        self.assertMade()
        self.assertTrue(os.path.exists(self.env_dir + "-inner/bin/activate"))

    @since(3, 13)
    def test_ignore_files(self):
        class Builder(venv.EnvBuilder):
            def create_bzr_ignore_file(self, context):
                with open(os.path.join(context.env_dir, ".bzrignore"), "w") as file:
                    file.write("*")
                self.before_configuration = not os.path.exists(os.path.join(context.env_dir, "pyvenv.cfg"))

        builder = Builder(scm_ignore_files=["git", "bzr"])
        builder.create(self.env_dir)
        self.assertTrue(builder.before_configuration)
        self.assertIn("\n*\n", self.read(".gitignore"))
        self.assertEqual("*", self.read(".bzrignore"))
        self.assertNotIn("--without-scm-ignore-files", self.config()["command"])

    @since(3, 13)
    def test_git_ignore_file_by_itself(self):
        builder = venv.EnvBuilder()
        context = builder.ensure_directories(self.env_dir)
        builder.create_git_ignore_file(context)
        self.assertIn("\n*\n", self.read(".gitignore"))


class Helpers(Case):
    """The methods that the others call."""

    def test_symlink_or_copy(self):
        class Builder(venv.EnvBuilder):
            def symlink_or_copy(self, src, dst, relative_symlinks_ok=False):
                calls.append((src, os.path.basename(dst), relative_symlinks_ok))
                super().symlink_or_copy(src, dst, relative_symlinks_ok)

        for symlinks in (True, False):
            calls = []
            env_dir = os.path.join(self.top, str(symlinks))
            Builder(symlinks=symlinks).create(env_dir)
            name = os.path.basename(sys._base_executable)
            self.assertEqual((sys._base_executable, name, False), calls[0])
            self.assertEqual({os.path.join(env_dir, "bin", name)}, {src for src, _, _ in calls[1:]})
            self.assertEqual({True}, {relative for _, _, relative in calls[1:]})
            for name in ("python", "python3"):
                self.assertEqual(symlinks, os.path.islink(os.path.join(env_dir, "bin", name)))
                subprocess.check_call([os.path.join(env_dir, "bin", name), "-c", "pass"])

    def test_os_symlink_patched(self):
        with mock.patch("os.symlink", side_effect=OSError("no links here")), self.assertLogs("venv", "WARNING") as logs:
            builder = venv.EnvBuilder(symlinks=True)
            context = types.SimpleNamespace(env_dir=self.env_dir, bin_path=self.path("bin"), python_dir=None,
                                            executable=sys._base_executable, env_exe=self.path("bin", "exe"))
            os.makedirs(context.bin_path)
            builder.setup_python(context)
        message = "Unable to symlink %r to %r" % (sys._base_executable, self.path("bin", "exe"))
        self.assertEqual(message, logs.records[0].getMessage())
        for name in ("exe", "python", "python3"):
            self.assertTrue(os.path.isfile(self.path("bin", name)))
            self.assertFalse(os.path.islink(self.path("bin", name)))
            self.assertEqual(0o755, os.stat(self.path("bin", name)).st_mode & 0o777)

    def test_replace_variables(self):
        class Builder(venv.EnvBuilder):
            def replace_variables(self, text, context):
                names.append(os.path.basename(getattr(context, "script_path", "activate")))
                return super().replace_variables(text, context).replace("deactivate", "leave")

        names = []
        Builder().create(self.env_dir)
        self.assertIn("activate", names)
        self.assertIn("leave () {", self.read("bin", "activate"))
        self.assertIn(self.env_dir, self.read("bin", "activate"))
        self.assertNotIn("__VENV_", self.read("bin", "activate"))

    def test_install_scripts(self):
        class Builder(venv.EnvBuilder):
            def install_scripts(self, context, path):
                seen.append(sorted(os.listdir(path)))
                super().install_scripts(context, path)

        seen = []
        Builder().create(self.env_dir)
        self.assertEqual(1, len(seen))
        self.assertTrue({"common", "posix"} <= set(seen[0]))
        self.assertMade()
        if not IS_CVENV or "activate" in os.listdir(self.path("bin")):
            self.assertIn(self.env_dir, self.read("bin", "activate"))

    def test_own_scripts(self):
        class Builder(venv.EnvBuilder):
            def post_setup(self, context):
                self.install_scripts(context, scripts)

        scripts = os.path.join(self.top, "scripts")
        for name, text in [("common/one", "dir=__VENV_DIR__\n"), ("posix/deep/two.ps1", "$p = __VENV_PROMPT__\n"),
                           ("common/plain", "no variables\r\n"), ("nt/three", "not here\n"), ("four", "not here\n")]:
            path = os.path.join(scripts, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", newline="") as file:
                file.write(text)
        with open(os.path.join(scripts, "common", "binary"), "wb") as file:
            file.write(b"\xff\xfe\x00")
        os.chmod(os.path.join(scripts, "common", "one"), 0o755)
        with self.assertLogs("venv", "WARNING") as logs:
            Builder(prompt="a b").create(self.env_dir)
        self.assertIn("unable to copy script %r, may be binary" % os.path.join(scripts, "common", "binary"),
                      logs.records[0].getMessage())
        self.assertEqual("dir=%s\n" % self.env_dir, self.read("bin", "one"))
        self.assertIn("a b", self.read("bin", "deep", "two.ps1"))
        with open(self.path("bin", "plain"), newline="") as file:
            self.assertEqual("no variables\r\n", file.read())
        self.assertEqual(0o755, os.stat(self.path("bin", "one")).st_mode & 0o777)
        for name in ("three", "four", "binary"):
            self.assertFalse(os.path.exists(self.path("bin", name)))

    def test_clear_directory(self):
        class Builder(venv.EnvBuilder):
            def clear_directory(self, path):
                cleared.append((path, sorted(os.listdir(path))))
                super().clear_directory(path)

        cleared = []
        builder = Builder(clear=True)
        builder.create(self.env_dir)
        self.assertEqual([], cleared)
        self.write("", "foreign")
        builder.create(self.env_dir)
        self.assertEqual(self.env_dir, cleared[0][0])
        self.assertIn("foreign", cleared[0][1])
        self.assertFalse(os.path.exists(self.path("foreign")))
        self.assertMade()

    def test_clear_directory_that_keeps(self):
        builder = venv.EnvBuilder(clear=True)
        builder.clear_directory = mock.Mock()
        os.mkdir(self.env_dir)
        self.write("kept", "foreign")
        builder.create(self.env_dir)
        builder.clear_directory.assert_called_once_with(self.env_dir)
        self.assertEqual("kept", self.read("foreign"))
        if "command" in self.config():
            self.assertIn("--clear", self.config()["command"])

    def test_ensure_directories_sees_what_is_to_be_cleared(self):
        class Builder(venv.EnvBuilder):
            def ensure_directories(self, env_dir):
                self.before = os.listdir(env_dir)
                context = super().ensure_directories(env_dir)
                self.after = os.listdir(env_dir)
                return context

        os.mkdir(self.env_dir)
        self.write("", "foreign")
        builder = Builder(clear=True)
        builder.create(self.env_dir)
        self.assertEqual(["foreign"], builder.before)
        self.assertNotIn("foreign", builder.after)
        self.assertMade()

    def test_ensure_directories_may_remove_the_target(self):
        class Builder(venv.EnvBuilder):
            def ensure_directories(self, env_dir):
                shutil.rmtree(env_dir)
                return super().ensure_directories(env_dir)

        for clear in (False, True):
            os.makedirs(self.path("bin"))
            self.write("", "bin", "foreign")
            Builder(symlinks=True, clear=clear).create(self.env_dir)
            self.assertMade()
            self.assertFalse(os.path.exists(self.path("bin", "foreign")))
            self.assertEqual(["env"], os.listdir(self.top))
            shutil.rmtree(self.env_dir)

    @since(3, 11)
    def test_venv_path(self):
        class Builder(venv.EnvBuilder):
            def _venv_path(self, env_dir, name):
                names.append(name)
                path = super()._venv_path(env_dir, name)
                return os.path.join(env_dir, "programs") if name == "scripts" else path

        names = []
        Builder(symlinks=True).create(self.env_dir)
        self.assertTrue({"scripts", "purelib"} <= set(names))
        self.assertFalse(os.path.exists(self.path("bin")))
        subprocess.check_call([self.path("programs", "python"), "-c", "pass"])
        self.assertTrue(os.path.exists(self.path("programs", "activate")))

    @since(3, 11)
    def test_call_new_python(self):
        class Builder(venv.EnvBuilder):
            def _call_new_python(self, context, *args, **kwargs):
                calls.append((args, kwargs))

        calls = []
        Builder(with_pip=True, upgrade_deps=True).create(self.env_dir)
        dependencies = ("-m", "pip", "install", "--upgrade") + venv.CORE_VENV_DEPS
        self.assertEqual([(("-m", "ensurepip", "--upgrade", "--default-pip"), {"stderr": subprocess.STDOUT}),
                          (dependencies, {})], calls)

    @since(3, 11)
    def test_check_output_patched(self):
        with mock.patch("venv.subprocess.check_output") as run, mock.patch.dict(os.environ, PYTHONPATH="x"):
            venv.create(self.env_dir, with_pip=True, upgrade_deps=True)
        pip, dependencies = run.call_args_list
        python = self.path("bin", os.path.basename(sys._base_executable))
        self.assertEqual([python, "-m", "ensurepip", "--upgrade", "--default-pip"], pip[0][0])
        self.assertEqual([python, "-m", "pip", "install", "--upgrade", *venv.CORE_VENV_DEPS], dependencies[0][0])
        for call in (pip, dependencies):
            self.assertEqual((python, self.env_dir), (call[1]["executable"], call[1]["cwd"]))
            self.assertEqual(self.env_dir, call[1]["env"]["VIRTUAL_ENV"])
            self.assertNotIn("PYTHONPATH", call[1]["env"])

    def test_module_patched(self):
        with mock.patch("venv.subprocess") as patched:
            venv.create(self.env_dir, with_pip=True)
        patched.check_output.assert_called_once()
        with mock.patch("venv.shutil") as patched:
            venv.EnvBuilder().symlink_or_copy("from", "to")
        patched.copyfile.assert_called_once_with("from", "to")

    @since(3, 9)
    def test_core_dependencies_patched(self):
        with mock.patch("venv.CORE_VENV_DEPS", ("one", "two")), self.assertLogs("venv", "DEBUG") as logs:
            with mock.patch("venv.subprocess.check_output") as run, mock.patch("venv.subprocess.check_call", run):
                venv.create(self.env_dir, upgrade_deps=True)
        self.assertEqual(["--upgrade", "one", "two"], run.call_args[0][0][-3:])
        message = "Upgrading ('one', 'two') packages in %s" % self.path("bin")
        self.assertIn(message, [record.getMessage() for record in logs.records])


class Contexts(Case):
    def test_is_a_simple_namespace_with_these_attributes(self):
        context = venv.EnvBuilder().ensure_directories(self.env_dir)
        self.assertIs(types.SimpleNamespace, type(context))
        name = os.path.basename(sys._base_executable)
        expected = dict(
            env_dir=self.env_dir, env_name="env", executable=sys._base_executable, python_exe=name,
            python_dir=os.path.dirname(sys._base_executable), bin_path=self.path("bin"), bin_name="bin",
            env_exe=self.path("bin", name),
        )
        self.assertEqual(expected, {key: value for key, value in vars(context).items() if key in expected})
        for path in (context.inc_path, context.bin_path):
            self.assertTrue(os.path.isdir(path))
        self.assertFalse(hasattr(context, "cfg_path"))

    def test_is_the_same_object_for_all_and_keeps_additions(self):
        class Builder(venv.EnvBuilder):
            def ensure_directories(self, env_dir):
                context = super().ensure_directories(env_dir)
                context.added = "by ensure_directories"
                return context

            def setup_python(self, context):
                super().setup_python(context)
                self.python_context = context

            def post_setup(self, context):
                self.final_context = context

        builder = Builder()
        builder.create(self.env_dir)
        self.assertIs(builder.python_context, builder.final_context)
        self.assertEqual("by ensure_directories", builder.final_context.added)
        self.assertEqual(self.path("pyvenv.cfg"), builder.final_context.cfg_path)

    def test_of_a_class_of_the_users(self):
        class Context:
            pass

        class Builder(venv.EnvBuilder):
            def ensure_directories(self, env_dir):
                context = Context()
                vars(context).update(vars(super().ensure_directories(env_dir)))
                return context

            def post_setup(self, context):
                self.seen = context

        builder = Builder()
        builder.create(self.env_dir)
        self.assertIs(Context, type(builder.seen))
        self.assertMade()

    def test_changes_count(self):
        class Builder(venv.EnvBuilder):
            def ensure_directories(self, env_dir):
                context = super().ensure_directories(env_dir)
                context.executable = other
                context.python_dir = os.path.dirname(other)
                context.prompt = "changed"
                context.env_exe = os.path.join(context.bin_path, "primary")
                return context

        other = os.path.join(self.top, "python-by-another-name")
        os.symlink(sys._base_executable, other)
        Builder(symlinks=True).create(self.env_dir)
        self.assertEqual(self.top, self.config()["home"])
        self.assertEqual(other, os.readlink(self.path("bin", "primary")))
        self.assertEqual("primary", os.readlink(self.path("bin", "python")))
        self.assertIn("changed", self.read("bin", "activate"))

    def test_post_setup_sees_the_environment_isolated(self):
        class Builder(venv.EnvBuilder):
            def post_setup(self, context):
                self.seen = (self.system_site_packages, case.config()["include-system-site-packages"])

        case = self
        builder = Builder(system_site_packages=True)
        builder.create(self.env_dir)
        self.assertEqual((False, "false"), builder.seen)
        self.assertEqual((True, "true"), (builder.system_site_packages, self.config()["include-system-site-packages"]))
        if "command" in self.config():
            self.assertIn(" --system-site-packages", self.config()["command"])

    def test_configuration_is_written_twice_for_system_site_packages(self):
        class Builder(venv.EnvBuilder):
            def create_configuration(self, context):
                super().create_configuration(context)
                seen.append((self.system_site_packages, case.config()["include-system-site-packages"]))

        case, seen = self, []
        Builder(system_site_packages=True).create(self.env_dir)
        self.assertEqual([(False, "false"), (True, "true")], seen)

    def test_environment_works_in_post_setup(self):
        class Builder(venv.EnvBuilder):
            def post_setup(self, context):
                program = "import sys; print(sys.prefix)"
                self.prefix = subprocess.check_output([context.env_exe, "-c", program], text=True).strip()
                with open(os.path.join(context.bin_path, "added"), "w"):
                    pass

        builder = Builder(symlinks=True)
        builder.create(self.env_dir)
        self.assertEqual(self.env_dir, builder.prefix)
        self.assertTrue(os.path.exists(self.path("bin", "added")))


class Errors(Case):
    def failing(self, name, **options):
        """A builder whose method of that name raises self.error."""
        self.error = LookupError("of the hook")
        builder = venv.EnvBuilder(**options)
        setattr(builder, name, mock.Mock(side_effect=self.error))
        return builder

    def test_travel_unchanged(self):
        for name in HOOKS:
            with self.subTest(name=name):
                builder = self.failing(name, with_pip=name == "_setup_pip")
                self.assertIs(self.error, self.raised(LookupError, builder.create, os.path.join(self.top, name)))

    @only_cvenv
    def test_leave_nothing(self):
        for name in HOOKS:
            with self.subTest(name=name):
                builder = self.failing(name, with_pip=name == "_setup_pip", system_site_packages=True)
                self.raised(LookupError, builder.create, self.env_dir)
                self.assertNothingLeft()
                self.assertIs(True, builder.system_site_packages)

    @only_cvenv
    def test_leave_what_was_there(self):
        venv.create(self.env_dir, prompt="before")
        self.write("mine", "bin", "mine")
        before = {name: self.read(name) for name in ("pyvenv.cfg", "bin/activate", "bin/mine")}
        for clear in (False, True):
            builder = self.failing("post_setup", prompt="after", clear=clear)
            self.raised(LookupError, builder.create, self.env_dir)
            self.assertEqual(before, {name: self.read(name) for name in before})
        self.assertEqual(["env"], os.listdir(self.top))

    @only_cvenv
    def test_what_a_hook_itself_put_there_goes_with_a_new_environment(self):
        class Builder(venv.EnvBuilder):
            def post_setup(self, context):
                os.makedirs(os.path.join(context.env_dir, "etc", "deep"))
                with open(os.path.join(context.env_dir, "etc", "deep", "file"), "w"):
                    pass
                raise KeyboardInterrupt

        self.raised(KeyboardInterrupt, Builder().create, self.env_dir)
        self.assertNothingLeft()

    @only_cvenv
    def test_builder_can_be_used_again(self):
        builder = self.failing("post_setup", system_site_packages=True)
        self.raised(LookupError, builder.create, self.env_dir)
        del builder.post_setup
        builder.create(self.env_dir)
        self.assertEqual("true", self.config()["include-system-site-packages"])

    @only_cvenv
    def test_environment_of_a_creation_that_is_over(self):
        """A context outlives its creation: built-in methods then work on what is on the disk."""
        builder = venv.EnvBuilder(symlinks=True)
        builder.post_setup = mock.Mock()
        builder.create(self.env_dir)
        context = builder.post_setup.call_args[0][0]
        os.unlink(self.path("bin", "python"))
        builder.setup_python(context)
        self.assertTrue(os.path.exists(self.path("bin", "python")))


if __name__ == "__main__":
    unittest.main()
