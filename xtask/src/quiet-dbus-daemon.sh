#!/bin/sh
# The D-Bus daemon of the window tests. What it starts (the accessibility bus, for one) outlives the tests by a moment
# and complains when the display goes; that must not stand below the tests' closing line.
exec dbus-daemon "$@" 2>/dev/null
