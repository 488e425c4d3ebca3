"""The live loop and its doors: what comes in, the one sender, the pages."""
