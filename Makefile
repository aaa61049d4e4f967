# What these do is written in mlops_gov/launch; it needs Python's standard library alone.
.PHONY: help run test lint format

help run test lint format:
	@python3 mlops_gov/launch $@
