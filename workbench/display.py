"""Whether a window can be opened at all, found out before Qt tries: Qt itself would abort the whole program."""

import ctypes
import os
import re
import socket
import sys
from pathlib import Path

PACKAGES = (
    "libegl1 libgl1 libfontconfig1 libdbus-1-3 libglib2.0-0 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-sync1 "
    "libxcb-xfixes0 libxcb-xinerama0 libxcb-xkb1 libx11-xcb1"
)
HEADLESS = "Without a window the same work is done by:  python -m engine run --preset sample"


def obstacle() -> str | None:
    """One line on what keeps the window from opening and what to do about it, or None when nothing does."""
    try:
        from PySide6 import QtGui, QtWidgets  # noqa: F401 - loading the libraries is the check
    except ModuleNotFoundError as error:
        return f"The window cannot open: the Python package {error.name} is missing; install it with  pip install -e ."
    except ImportError as error:
        return _missing_library(str(error))
    if not sys.platform.startswith("linux"):
        return None
    return _linux_obstacle()


def _linux_obstacle() -> str | None:
    # QT_QPA_PLATFORM may list several platforms, each with options after a colon; the first that works is used.
    wanted = [name.partition(":")[0] for name in os.environ.get("QT_QPA_PLATFORM", "").split(";") if name]
    if not wanted:
        wanted = [
            name for name, variable in (("wayland", "WAYLAND_DISPLAY"), ("xcb", "DISPLAY")) if os.environ.get(variable)
        ]
    if not wanted:
        return (
            "The window cannot open: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); "
            f"start it in a desktop session, or:  sudo apt install xvfb {PACKAGES} && xvfb-run python main.py"
        )
    found = [_platform_obstacle(name) for name in wanted]
    return None if None in found else next(filter(None, found))


def _platform_obstacle(platform: str) -> str | None:
    from PySide6.QtCore import QLibraryInfo

    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms"
    plugin = plugins / f"libq{platform.partition('-')[0]}.so"
    if not plugin.exists():
        names = ", ".join(sorted(each.stem.removeprefix("libq") for each in plugins.glob("libq*.so")))
        return f"The window cannot open: QT_QPA_PLATFORM names “{platform}”, which is none of {names}."
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return _missing_library(str(error))
    if platform == "xcb" and not _x_server_answers():
        return f"The window cannot open: no X server answers at DISPLAY={os.environ.get('DISPLAY', '')}."
    if platform.startswith("wayland") and not _wayland_answers():
        return f"The window cannot open: no Wayland server answers at {os.environ.get('WAYLAND_DISPLAY', '')}."
    return None


def _missing_library(text: str) -> str:
    library = re.search(r"(lib[\w.+-]+\.so[\w.]*)", text)
    what = f"the system library {library.group(1)} is missing" if library else text
    return f"The window cannot open: {what}; on Debian or Ubuntu:  sudo apt install {PACKAGES}"


def _x_server_answers() -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    broken = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not broken


def _wayland_answers() -> bool:
    address = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / os.environ.get("WAYLAND_DISPLAY", "wayland-0")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(address))
        except OSError:
            return False
    return True
