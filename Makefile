# What these do is written in mlops_gov/launch; it needs Python's standard library alone.
.PHONY: help run test spark-test lint format bench intervals

help run test spark-test lint format bench intervals:
	@python3 mlops_gov/launch $@
