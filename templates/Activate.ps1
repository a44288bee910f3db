# SPDX-License-Identifier: MIT
<#
.SYNOPSIS
Activates a Python virtual environment in PowerShell (3.0 or newer); `deactivate` leaves it again.

.DESCRIPTION
The environment is the one that this script lies in. Nothing of it is written into this file, so that one signature serves
all environments. Set $Env:VIRTUAL_ENV_DISABLE_PROMPT to keep the prompt as it is.

.PARAMETER VenvDir
The directory of the environment, if it is not the one above the script's.

.PARAMETER Prompt
What the prompt shows, if it is not what pyvenv.cfg says or else the name of the directory.
#>
[CmdletBinding()]
Param(
    [Parameter(Mandatory = $false)]
    [String]
    $VenvDir,
    [Parameter(Mandatory = $false)]
    [String]
    $Prompt
)

# Where this file is; a link to it is followed.
$script = $PSCommandPath
$item = Get-Item -LiteralPath $script -Force
if ($item.Attributes -band [System.IO.FileAttributes]::ReparsePoint) {
    $target = @($item.Target)[0]
    if ($target) { $script = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($script), $target) }
}
$scripts = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetFullPath($script))
if (-not $VenvDir) { $VenvDir = [System.IO.Path]::GetDirectoryName($scripts) }
$config = [System.IO.Path]::Combine($VenvDir, 'pyvenv.cfg')
if (-not (Test-Path -LiteralPath $config)) {
    Write-Warning "Activate.ps1: $VenvDir does not hold an environment (no pyvenv.cfg): nothing changed"
    return
}

# pyvenv.cfg has the prompt as Python's repr() of it.
if (-not $Prompt) {
    $Prompt = [System.IO.Path]::GetFileName($VenvDir)
    foreach ($line in Get-Content -LiteralPath $config -Encoding UTF8) {
        if ($line -match '^\s*prompt\s*=\s*([''"]?)(.*)\1\s*$') {
            $Prompt = [regex]::Replace($Matches[2], '\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)', {
                $code = $args[0].Groups[1].Value
                if ($code.Length -eq 1) { return $code }
                $number = [Convert]::ToInt32($code.Substring(1), 16)
                if ($number -gt 0xffff) { [Char]::ConvertFromUtf32($number) } else { [String][Char]$number }
            })
        }
    }
}

# Leaves the environment that is active in this shell, whoever made it.
if (Test-Path -Path Function:deactivate) { deactivate -NonDestructive }

function global:deactivate([Switch] $NonDestructive) {
    # Only the environment's own entry leaves PATH: what was added since stays.
    $found = $false
    $separator = [System.IO.Path]::PathSeparator
    $kept = foreach ($entry in "$Env:PATH" -split $separator) {
        if (-not $found -and $entry -ceq $Env:_VIRTUAL_ENV_BIN) { $found = $true } else { $entry }
    }
    $Env:PATH = @($kept) -join $separator

    # What has no old value was not set before; setting a variable to nothing removes it.
    $Env:VIRTUAL_ENV = $Env:_OLD_VIRTUAL_ENV
    $Env:VIRTUAL_ENV_PROMPT = $Env:_OLD_VIRTUAL_ENV_PROMPT
    if (Test-Path -Path Env:_OLD_VIRTUAL_PYTHONHOME) { $Env:PYTHONHOME = $Env:_OLD_VIRTUAL_PYTHONHOME }
    foreach ($name in '_OLD_VIRTUAL_ENV', '_OLD_VIRTUAL_ENV_PROMPT', '_OLD_VIRTUAL_PATH', '_OLD_VIRTUAL_PYTHONHOME', '_VIRTUAL_ENV_BIN') {
        Remove-Item -Path "Env:$name" -ErrorAction Ignore
    }

    if (Test-Path -Path Function:_OLD_VIRTUAL_PROMPT) {
        Copy-Item -Path Function:_OLD_VIRTUAL_PROMPT -Destination Function:prompt
        Remove-Item -Path Function:_OLD_VIRTUAL_PROMPT
    }
    if (-not $NonDestructive) { Remove-Item -Path Function:deactivate }
}

# What is set already was inherited from another process, and comes back when this environment is left.
$Env:_OLD_VIRTUAL_ENV = $Env:VIRTUAL_ENV
$Env:_OLD_VIRTUAL_ENV_PROMPT = $Env:VIRTUAL_ENV_PROMPT
$Env:VIRTUAL_ENV = $VenvDir
$Env:VIRTUAL_ENV_PROMPT = $Prompt

$Env:_VIRTUAL_ENV_BIN = $scripts
$Env:_OLD_VIRTUAL_PATH = $Env:PATH
$Env:PATH = (@($scripts) + @($Env:PATH | Where-Object { $_ })) -join [System.IO.Path]::PathSeparator

if (Test-Path -Path Env:PYTHONHOME) {
    $Env:_OLD_VIRTUAL_PYTHONHOME = $Env:PYTHONHOME
    Remove-Item -Path Env:PYTHONHOME
}

if (-not $Env:VIRTUAL_ENV_DISABLE_PROMPT) {
    function global:_OLD_VIRTUAL_PROMPT { '' }
    Copy-Item -Path Function:prompt -Destination Function:_OLD_VIRTUAL_PROMPT
    function global:prompt {
        # The user's prompt is to see whether the last command succeeded.
        $succeeded = $?
        Write-Host -NoNewline "($Env:VIRTUAL_ENV_PROMPT) "
        if (-not $succeeded) { Write-Error -Message ' ' -ErrorAction Ignore }
        _OLD_VIRTUAL_PROMPT
    }
}
