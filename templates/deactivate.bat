@rem SPDX-License-Identifier: MIT
@rem Leaves the Python virtual environment that activate.bat activated.

:leave
@rem PATH as it was; or if it has changed since, without the environment's own entry.
@if not defined _VIRTUAL_ENV_BIN set "_VIRTUAL_ENV_BIN=%VIRTUAL_ENV%\Scripts"
@set "_VENV_PATH=%_OLD_VIRTUAL_PATH%"
@if not defined _OLD_VIRTUAL_PATH goto restore
@if not defined PATH goto restore
@set "_VENV_REST=%PATH:"=%"
@if "%_VENV_REST%"=="%_VIRTUAL_ENV_BIN%;%_OLD_VIRTUAL_PATH:"=%" goto restore
@set "_VENV_PATH="
:next
@set "_VENV_ENTRY="
@for /f "eol=| tokens=1* delims=;" %%A in ("%_VENV_REST%") do @set "_VENV_ENTRY=%%A"
@for /f "eol=| tokens=1* delims=;" %%A in ("%_VENV_REST%") do @set "_VENV_REST=%%B"
@if not defined _VENV_ENTRY goto filtered
@if /i not "%_VENV_ENTRY%"=="%_VIRTUAL_ENV_BIN%" set "_VENV_PATH=%_VENV_PATH%;%_VENV_ENTRY%"
@if /i "%_VENV_ENTRY%"=="%_VIRTUAL_ENV_BIN%" set "_VIRTUAL_ENV_BIN=;"
@if defined _VENV_REST goto next
:filtered
@if defined _VENV_PATH set "_VENV_PATH=%_VENV_PATH:~1%"
:restore
@set "PATH=%_VENV_PATH%"
@set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
@set "VIRTUAL_ENV=%_OLD_VIRTUAL_ENV%"
@set "VIRTUAL_ENV_PROMPT=%_OLD_VIRTUAL_ENV_PROMPT%"
@if "%_OLD_VIRTUAL_PROMPT%"=="default" set "PROMPT="
@if not "%_OLD_VIRTUAL_PROMPT%"=="default" if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
@for %%A in (ENV ENV_PROMPT PATH PYTHONHOME PROMPT) do @set "_OLD_VIRTUAL_%%A="
@set "_VIRTUAL_ENV_BIN="
@for %%A in (ENTRY PATH REST) do @set "_VENV_%%A="
@exit /b 0
