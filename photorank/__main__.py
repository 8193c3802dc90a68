"""Run the command line as `python -m photorank`."""

from photorank.cli.app import main

main()
