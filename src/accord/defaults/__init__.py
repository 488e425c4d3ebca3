"""What a platform does when nobody wrote anything: data with version range, source and the day it was seen."""
