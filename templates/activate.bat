@rem SPDX-License-Identifier: MIT
@rem Activates a Python virtual environment in cmd.exe; deactivate.bat leaves it again.
@rem Set VIRTUAL_ENV_DISABLE_PROMPT to keep the prompt as it is.
@rem Every line starts with @, so that the caller's echo setting stays. What PATH holds could end a parenthesis.

@rem These two lines are UTF-8; cmd.exe reads them in the code page of the console.
@set "_VENV_CODE_PAGE="
@for /f "tokens=2 delims=:." %%A in ('"%SystemRoot%\System32\chcp.com"') do @set "_VENV_CODE_PAGE=%%A"
@if defined _VENV_CODE_PAGE "%SystemRoot%\System32\chcp.com" 65001 >nul
@set "_VENV_DIR=__VENV_DIR__"
@set "_VENV_PROMPT=__VENV_PROMPT__"
@if defined _VENV_CODE_PAGE "%SystemRoot%\System32\chcp.com" %_VENV_CODE_PAGE% >nul

@if "__VENV_RELOCATABLE__"=="no" goto located
@for %%A in ("%~dp0..") do @set "_VENV_DIR=%%~fA"
:located
@if not exist "%_VENV_DIR%\pyvenv.cfg" goto moved

@if defined _VIRTUAL_ENV_BIN call :leave
@if defined _OLD_VIRTUAL_PATH call :leave
@if defined VIRTUAL_ENV set "_OLD_VIRTUAL_ENV=%VIRTUAL_ENV%"
@if defined VIRTUAL_ENV_PROMPT set "_OLD_VIRTUAL_ENV_PROMPT=%VIRTUAL_ENV_PROMPT%"
@set "VIRTUAL_ENV=%_VENV_DIR%"
@set "VIRTUAL_ENV_PROMPT=%_VENV_PROMPT%"

@set "_VIRTUAL_ENV_BIN=%VIRTUAL_ENV%\__VENV_BIN_NAME__"
@if defined PATH set "_OLD_VIRTUAL_PATH=%PATH%"
@if defined PATH set "PATH=%_VIRTUAL_ENV_BIN%;%PATH%"
@if not defined PATH set "PATH=%_VIRTUAL_ENV_BIN%"

@if defined PYTHONHOME set "_OLD_VIRTUAL_PYTHONHOME=%PYTHONHOME%"
@set "PYTHONHOME="

@rem In PROMPT a dollar sign starts a code, and two stand for one. Variables are not read when it is drawn.
@if defined VIRTUAL_ENV_DISABLE_PROMPT goto end
@if defined PROMPT set "_OLD_VIRTUAL_PROMPT=%PROMPT%"
@if not defined PROMPT set "_OLD_VIRTUAL_PROMPT=default"
@if not defined PROMPT set "PROMPT=$P$G"
@set "PROMPT=(%VIRTUAL_ENV_PROMPT:$=$$%) %PROMPT%"

:end
@for %%A in (CODE_PAGE DIR PROMPT) do @set "_VENV_%%A="
@exit /b 0

:moved
@echo activate.bat: "%_VENV_DIR%" does not hold this environment any more (moved or copied?): nothing changed 1>&2
@for %%A in (CODE_PAGE DIR PROMPT) do @set "_VENV_%%A="
@exit /b 1

@rem The same lines as in deactivate.bat, which this file cannot call: `call` would expand its path again.
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
