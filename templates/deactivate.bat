@rem SPDX-License-Identifier: MIT
@rem Leaves the Python virtual environment that activate.bat activated. Not by `call`, which would expand the path again.
@"%~dp0activate.bat" deactivate
