@rem SPDX-License-Identifier: MIT
@rem Activates a Python virtual environment in cmd.exe; deactivate.bat leaves it again.
@rem Set VIRTUAL_ENV_DISABLE_PROMPT to keep the prompt as it is.
@rem Every line starts with @ so that the caller's echo setting stays. Nothing with %PATH% in it stands in parentheses.

@if "%~1"=="deactivate" goto leave

@rem This file is UTF-8: cmd.exe reads it in the code page of the console.
@set "_VENV_CODE_PAGE="
@for /f "tokens=2 delims=:." %%A in ('"%SystemRoot%\System32\chcp.com"') do @set "_VENV_CODE_PAGE=%%A"
@if defined _VENV_CODE_PAGE "%SystemRoot%\System32\chcp.com" 65001 >nul
@set "_VENV_DIR=__VENV_DIR__"
@set "_VENV_LABEL=__VENV_PROMPT__"
@set "_VENV_BIN=__VENV_BIN_NAME__"
@if defined _VENV_CODE_PAGE "%SystemRoot%\System32\chcp.com" %_VENV_CODE_PAGE% >nul

@rem Where this file lies, which is where the environment is if it is relocatable.
@for %%A in ("%~dp0..") do @set "_VENV_HOME=%%~fA"
@if "__VENV_RELOCATABLE__"=="yes" set "_VENV_DIR=%_VENV_HOME%"
@if not exist "%_VENV_DIR%\pyvenv.cfg" goto moved
@if exist "%_VENV_HOME%\pyvenv.cfg" if /i not "%_VENV_HOME%"=="%_VENV_DIR%" goto moved

@if defined _OLD_VIRTUAL_PATH call :leave
@if defined VIRTUAL_ENV set "_OLD_VIRTUAL_ENV=%VIRTUAL_ENV%"
@if defined VIRTUAL_ENV_PROMPT set "_OLD_VIRTUAL_ENV_PROMPT=%VIRTUAL_ENV_PROMPT%"
@set "VIRTUAL_ENV=%_VENV_DIR%"
@set "VIRTUAL_ENV_PROMPT=%_VENV_LABEL%"

@set "_VIRTUAL_ENV_BIN=%VIRTUAL_ENV%\%_VENV_BIN%"
@if defined PATH set "_OLD_VIRTUAL_PATH=%PATH%"
@if not defined PATH set "_OLD_VIRTUAL_PATH=;"
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
@goto end

:moved
@echo activate.bat: "%_VENV_DIR%" does not hold this environment any more (moved or copied?): nothing changed 1>&2
@call :end
@exit /b 1

:leave
@rem PATH as it was; or if it has changed since, without the environment's own entry.
@if not defined _VIRTUAL_ENV_BIN set "_VIRTUAL_ENV_BIN=%VIRTUAL_ENV%\Scripts"
@if not defined _OLD_VIRTUAL_PATH goto left
@if not defined PATH goto left
@set "_VENV_REST=%PATH%"
@set "_VENV_PATH=%_OLD_VIRTUAL_PATH%"
@if "%PATH:"=%"=="%_VIRTUAL_ENV_BIN%;%_OLD_VIRTUAL_PATH:"=%" goto restore
@set "_VENV_PATH="
:next
@set "_VENV_ENTRY="
@for /f "eol=| tokens=1* delims=;" %%A in ("%_VENV_REST%") do @set "_VENV_ENTRY=%%A"& set "_VENV_REST=%%B"
@if not defined _VENV_ENTRY goto filtered
@if /i "%_VENV_ENTRY:"=%"=="%_VIRTUAL_ENV_BIN%" set "_VIRTUAL_ENV_BIN=;"& goto next
@set "_VENV_PATH=%_VENV_PATH%;%_VENV_ENTRY%"
@if defined _VENV_REST goto next
:filtered
@if defined _VENV_PATH set "_VENV_PATH=%_VENV_PATH:~1%"
:restore
@if "%_VENV_PATH%"==";" set "_VENV_PATH="
@set "PATH=%_VENV_PATH%"
:left
@set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
@set "VIRTUAL_ENV=%_OLD_VIRTUAL_ENV%"
@set "VIRTUAL_ENV_PROMPT=%_OLD_VIRTUAL_ENV_PROMPT%"
@if "%_OLD_VIRTUAL_PROMPT%"=="default" set "PROMPT="
@if not "%_OLD_VIRTUAL_PROMPT%"=="default" if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
@for %%A in (ENV ENV_PROMPT PATH PYTHONHOME PROMPT) do @set "_OLD_VIRTUAL_%%A="
@set "_VIRTUAL_ENV_BIN="

:end
@for %%A in (BIN CODE_PAGE DIR ENTRY HOME LABEL PATH REST) do @set "_VENV_%%A="
@exit /b 0
