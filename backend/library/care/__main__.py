import sys

from backend.library.care.command import main

sys.exit(main())
